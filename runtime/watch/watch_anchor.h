/*
 * What was named to be watched, a folder or a file, with the trail that leads
 * to it: when a folder or symlink on its way changes, it is looked at again.
 */
#ifndef RUNTIME_WATCH_WATCH_ANCHOR_H
#define RUNTIME_WATCH_WATCH_ANCHOR_H

#include <stdbool.h>

#include "runtime/watch/watch_trail.h"

struct watch_node;
struct watch_notify;

struct watch_anchor {
	struct watch_node *node; /* without a parent; the tree's */
	struct watch_trail trail;
	struct watch_anchor *next;
};

/* Frees it, not its node; its watches stay. */
void watch_anchor_free(struct watch_anchor *anchor);

/*
 * Watches the trail as it is now (notify NULL: only finds it).  The steps it
 * had, also for a moment, go to *old; the caller releases their watches and
 * clears it.  Returns 0, or the error of a limit (watch_notify.h).
 */
int watch_anchor_follow(struct watch_anchor *anchor,
    struct watch_notify *notify, struct watch_trail *old);

/*
 * The step of the trail that an event is about: of its entry, or of the folder
 * itself; NULL if none.  what: bits of watch_notify.h.
 */
const struct watch_step *watch_anchor_step(
    const struct watch_anchor *anchor, int wd, const char *name, unsigned what);

/* Whether the trail needs this watch. */
bool watch_anchor_uses(const struct watch_anchor *anchor, int wd);

#endif
