/*
 * What a path depends on: the folders on its way, and every symlink.  A symlink
 * that is switched, or a folder that is moved away, changes what is found
 * there, wherever that happens.
 */
#ifndef RUNTIME_WATCH_WATCH_TRAIL_H
#define RUNTIME_WATCH_WATCH_TRAIL_H

#include <stdbool.h>
#include <stddef.h>

struct watch_step {
	char *folder; /* to watch */
	char *name;   /* of an entry in it; NULL: the folder itself */
	int wd;       /* for whoever watches it; -1 */
};

struct watch_trail {
	struct watch_step *steps;
	size_t n;
	bool is_whole; /* something is there, at the end */
};

/* Follows the absolute path as far as it goes; the last step is the entry that
 * is missing, or the last. */
void watch_trail_resolve(struct watch_trail *trail, const char *path);
void watch_trail_clear(struct watch_trail *trail);

/* Moves the steps of more to the end of trail; more is empty then. */
void watch_trail_append(struct watch_trail *trail, struct watch_trail *more);

/* Whether both have the same steps. */
bool watch_trail_is_same(
    const struct watch_trail *one, const struct watch_trail *other);

#endif
