/*
 * Private copies of service files, one for each generation: the original may be
 * overwritten at any time, and a mapped file must not change.
 *
 * A copy lies in a private temporary folder; beside the original, as
 * ".NAME.PID.GENERATION", if the file finds its libraries by $ORIGIN.  Where
 * the folder cannot be written, or run from, or is full, it is a memfd; with
 * $ORIGIN the file itself, but for want of room.  Copies are locked (flock) while they are in use, so that strays of a
 * runner that was killed can be told apart.
 */
#ifndef RUNTIME_PROCESS_COPY_H
#define RUNTIME_PROCESS_COPY_H

#include <stdbool.h>

#include "runtime/base/error.h"

struct copy;
struct copy_folder;

/*
 * Makes the temporary folder in $TMPDIR or /tmp, mode 0700, and removes stray
 * ones.  Always succeeds: without a folder, copies are memfds.
 */
struct copy_folder *copy_folder_new(void);

/* Removes it with all that is in it. */
void copy_folder_free(struct copy_folder *folder);

/* Where it is, or NULL. */
const char *copy_folder_path(const struct copy_folder *folder);

/*
 * Copies the file.  generation: a number that no other copy of the file has;
 * one beside the original is named by it.  The copy is born with one reference,
 * and removed with the last.  NULL with the reason in *err.
 */
struct copy *copy_new(struct copy_folder *folder, const char *file,
    unsigned generation, bool uses_origin, struct error *err);
struct copy *copy_ref(struct copy *copy);
void copy_unref(struct copy *copy);

/* Whether its file was removed, as by somebody who cleans temporary folders. */
bool copy_is_lost(const struct copy *copy);

/* Whether its bytes can still be read then. */
bool copy_is_held(const struct copy *copy);

/* Makes a lost one anew, of the same bytes if they are held, else of the file
 * as it is now; in memory if need be. */
int copy_restore(struct copy *copy, const char *file, struct error *err);

/* Where to open it; in a child, if copy_fd() is handed over as COPY_FD. */
const char *copy_path(const struct copy *copy);

/* The memfd, or -1 when the path is one of a file. */
int copy_fd(const struct copy *copy);
#define COPY_FD 4

/* Whether it is the file itself: it must be replaced by rename only. */
bool copy_is_original(const struct copy *copy);

#endif
