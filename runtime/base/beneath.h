/* Opening what lies below a folder, and nothing else. */
#ifndef RUNTIME_BASE_BENEATH_H
#define RUNTIME_BASE_BENEATH_H

/*
 * Opens path to be read, relative to the folder open as folder (or AT_FDCWD);
 * neither "..", an absolute path nor a symbolic link leads out of it.  A FIFO
 * or device is not waited for.  Returns a descriptor, or -1 with errno: EXDEV
 * for what would lead out.
 */
int beneath_open(int folder, const char *path);

/*
 * The same where the kernel cannot do it by itself (before Linux 5.6): refuses
 * any ".." (EXDEV) and any symbolic link (ELOOP, ENOTDIR).
 */
int beneath_walk(int folder, const char *path);

#endif
