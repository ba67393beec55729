/*
 * The folder where builds leave what may be made again: for each file a folder
 * of its own, and beside them the runner's headers.
 *
 * It is tomodachi in $XDG_CACHE_HOME, else in $HOME/.cache, else
 * tomodachi.cache.UID in $TMPDIR or /tmp.  All folders have mode 0700.
 */
#ifndef RUNTIME_BUILD_CACHE_H
#define RUNTIME_BUILD_CACHE_H

#include "runtime/base/error.h"

/*
 * Makes the cache folder; the caller frees the path.  A place that cannot be
 * written is passed over; NULL with the reason if none is left, or if another
 * user owns the folder or may write to it.
 */
char *cache_root(struct error *err);

/*
 * The path of the folder for a file, NAME-HASH by its real path; the caller
 * frees it.  Nothing is made, and the file need not be there.
 */
char *cache_folder(const char *root, const char *file);

/* Makes the folder and those above it, if it is not there.  Returns 0 or -1. */
int cache_make(const char *folder, struct error *err);

/*
 * Makes a new folder in that folder for one run of a build; the caller frees
 * the path.  Removes those a killed runner left there more than a day ago.
 */
char *cache_run_new(const char *folder, struct error *err);

/* The name of the file without folders and ending; the caller frees it. */
char *cache_name(const char *file);

#endif
