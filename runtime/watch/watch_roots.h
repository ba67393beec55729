/* The folders to watch, without those that lie in another one. */
#ifndef RUNTIME_WATCH_WATCH_ROOTS_H
#define RUNTIME_WATCH_WATCH_ROOTS_H

struct watch_filter;

/*
 * The absolute paths, NULL-ended, as they are spelled: a root may be a symlink
 * that is switched.  One in an ignored folder of another stays, since it was
 * named.
 */
char **watch_roots_new(
    const char *const *folders, const struct watch_filter *filter);
void watch_roots_free(char **roots);

#endif
