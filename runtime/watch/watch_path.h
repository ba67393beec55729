/* Paths as the watcher names them. */
#ifndef RUNTIME_WATCH_WATCH_PATH_H
#define RUNTIME_WATCH_WATCH_PATH_H

/*
 * The path made absolute from cwd, without "." and empty parts, and, where that
 * can be resolved, without "..".  Symlinks stay: they may be switched.  The
 * caller frees it.
 */
char *watch_path_absolute(const char *cwd, const char *path);

#endif
