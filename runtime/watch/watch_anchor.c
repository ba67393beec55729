#include "runtime/watch/watch_anchor.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/watch/watch_notify.h"
#include "runtime/watch/watch_tree.h"

/* Often enough for a trail that changes while it is followed. */
#define TRIES 5

void
watch_anchor_free(struct watch_anchor *anchor)
{
	watch_trail_clear(&anchor->trail);
	free(anchor);
}

/* Only what is written into a file's own folder may be written to it. */
static enum watch_notify_mask
mask_of(const struct watch_anchor *anchor, const struct watch_step *step)
{
	if (step->name == NULL)
		return WATCH_NOTIFY_MOVES;
	return anchor->node->is_folder ? WATCH_NOTIFY_PLACES : WATCH_NOTIFY_ALL;
}

/* A folder that cannot be watched (as one that is not ours) is left out. */
static int
watch_steps(const struct watch_anchor *anchor, struct watch_trail *trail,
    struct watch_notify *notify)
{
	for (size_t i = 0; i < trail->n; i++) {
		struct watch_step *step = &trail->steps[i];
		const int wd = watch_notify_add(
		    notify, step->folder, mask_of(anchor, step));

		if (watch_notify_is_limit(wd))
			return wd;
		step->wd = wd >= 0 ? wd : -1;
	}
	return 0;
}

/* What changed between looking and watching shows by looking again. */
int
watch_anchor_follow(struct watch_anchor *anchor, struct watch_notify *notify,
    struct watch_trail *old)
{
	struct watch_trail trail, check;
	int failed = 0;

	*old = anchor->trail;
	watch_trail_resolve(&trail, anchor->node->name);
	for (unsigned i = 0; notify != NULL && failed == 0 && i < TRIES; i++) {
		failed = watch_steps(anchor, &trail, notify);
		watch_trail_resolve(&check, anchor->node->name);
		/* The last one stays, right or not: it is watched. */
		if (watch_trail_is_same(&trail, &check) || i + 1 == TRIES) {
			watch_trail_clear(&check);
			break;
		}
		watch_trail_append(old, &trail);
		trail = check;
	}
	anchor->trail = trail;
	return failed;
}

const struct watch_step *
watch_anchor_step(
    const struct watch_anchor *anchor, int wd, const char *name, unsigned what)
{
	for (size_t i = 0; i < anchor->trail.n; i++) {
		const struct watch_step *step = &anchor->trail.steps[i];

		if (step->wd != wd)
			continue;
		if (what & WATCH_NOTIFY_SELF)
			return step;
		if (step->name != NULL && strcmp(step->name, name) == 0)
			return step;
	}
	return NULL;
}

bool
watch_anchor_uses(const struct watch_anchor *anchor, int wd)
{
	for (size_t i = 0; i < anchor->trail.n; i++)
		if (anchor->trail.steps[i].wd == wd)
			return true;
	return false;
}
