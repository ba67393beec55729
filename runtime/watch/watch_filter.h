/* Which folders the watcher enters, and which files count. */
#ifndef RUNTIME_WATCH_WATCH_FILTER_H
#define RUNTIME_WATCH_WATCH_FILTER_H

#include <stdbool.h>

struct watch_config;
struct watch_filter;

/*
 * Of the config's ignored_dirs, endings, files and others; always ignored are
 * __pycache__, .git, .svn, __ignored__, __temporary__ and __tmp__.  cwd: the
 * working folder, absolute.
 */
struct watch_filter *watch_filter_new(
    const struct watch_config *config, const char *cwd);
void watch_filter_free(struct watch_filter *filter);

/* Whether the folder name in the folder at path is to be watched. */
bool watch_filter_enters(
    const struct watch_filter *filter, const char *path, const char *name);

/*
 * Whether a file of that name may count: its ending, and that it is no private
 * copy of a service file (copy.h).
 */
bool watch_filter_has_ending(
    const struct watch_filter *filter, const char *name);

/* Whether it is one of the config's files, which are watched by themselves, or
 * of its others. */
bool watch_filter_is_apart(
    const struct watch_filter *filter, const char *path, const char *name);

/* The working folder. */
const char *watch_filter_cwd(const struct watch_filter *filter);

/* The path from the working folder if it is below, else as it is; borrowed. */
const char *watch_filter_shown(
    const struct watch_filter *filter, const char *path);

/* watch_path_absolute() from the working folder.  The caller frees it. */
char *watch_filter_absolute(
    const struct watch_filter *filter, const char *path);

#endif
