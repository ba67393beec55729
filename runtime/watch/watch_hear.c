#include "runtime/watch/watch_parts.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/watch/watch.h"
#include "runtime/watch/watch_anchor.h"
#include "runtime/watch/watch_filter.h"
#include "runtime/watch/watch_notify.h"

/* ---- anchors ---- */

/* Whoever made this file may have it open still: then its close will be heard.
 */
static bool
is_being_made(const char *folder, const char *name, unsigned what)
{
	struct stat st;

	if (what != WATCH_NOTIFY_MADE)
		return false;
	char *path = xasprintf("%s/%s", folder, name);
	const bool plain = lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_nlink == 1;
	free(path);
	return plain;
}

void
watch_go_blind(struct watch *watch, const char *path, const char *why)
{
	if (watch->is_blind)
		return;
	watch->is_blind = true;
	watch->look.notify = NULL;
	log_record(WATCH_LOGGER, TOMO_LOG_WARNING,
	    "changes cannot be notified; looking every second",
	    TOMO_LOG_STR("folder", path), TOMO_LOG_STR("reason", why));
	watch_go_on(watch);
}

/* Lets go of a watch that neither a folder nor a trail has any more. */
void
watch_release(struct watch *watch, int wd)
{
	if (wd < 0 || watch->notify == NULL ||
	    watch_tree_by_wd(&watch->tree, wd) != NULL)
		return;
	for (const struct watch_anchor *at = watch->anchors; at != NULL;
	     at = at->next)
		if (watch_anchor_uses(at, wd))
			return;
	watch_notify_remove(watch->notify, wd);
}

void
watch_follow(struct watch *watch, struct watch_anchor *anchor)
{
	struct watch_trail old;

	if (watch_anchor_follow(anchor, watch->look.notify, &old) != 0)
		watch_go_blind(watch, anchor->node->name,
		    "no more inotify watches: raise "
		    "fs.inotify.max_user_watches");
	for (size_t i = 0; i < old.n; i++)
		watch_release(watch, old.steps[i].wd);
	watch_trail_clear(&old);
	if (!anchor->trail.is_whole &&
	    !event_pending(watch->poll, EV_TIMEOUT, NULL))
		watch_after(watch->poll, WATCH_POLL_MS);
}

/* Looks at what was named, where its path leads to now. */
void
watch_look_at_anchor(struct watch *watch, struct watch_anchor *anchor)
{
	struct watch_node *node = anchor->node;
	struct stat st;

	if (node->is_folder) {
		watch_look_at(&watch->look, node);
		watch_go_on(watch);
		return;
	}
	const bool there = stat(node->name, &st) == 0;
	if (there ? watch_content_looks_like(&node->now, &st)
		  : !node->now.there)
		return;
	node->glimpse_ns = there ? watch_content_ctime_ns(&st) : 0;
	watch_suspect(watch, node);
}

static void
on_anchor(struct watch *watch, struct watch_anchor *anchor,
    const struct watch_step *step, unsigned what)
{
	const bool wait = step->name != NULL &&
	    is_being_made(step->folder, step->name, what);

	if (anchor->node->is_folder) {
		watch_look_at_anchor(watch, anchor);
		watch_extend_burst(watch);
	} else if (wait) {
		watch_await_close(watch, anchor->node);
	} else {
		watch_suspect(watch, anchor->node);
	}
	watch_follow(watch, anchor);
}

/* ---- notifications ---- */

static void
on_file(struct watch *watch, struct watch_node *folder, const char *name,
    unsigned what)
{
	struct watch_node *node = NULL;

	if (!watch_filter_has_ending(watch->filter, name))
		return;
	char *path = watch_node_path(folder);
	if (!watch_filter_is_apart(watch->filter, path, name))
		node = watch_look_entry(&watch->look, folder, name, false);
	const bool wait = is_being_made(path, name, what);
	free(path);
	if (node == NULL)
		return;
	if (wait)
		watch_await_close(watch, node);
	else
		watch_suspect(watch, node);
}

static void
on_folder(struct watch *watch, struct watch_node *parent, const char *name,
    unsigned what)
{
	struct watch_node *node;

	if (what & WATCH_NOTIFY_GONE) {
		node = watch_tree_find(&watch->tree, parent, name, true);
		if (node == NULL)
			return;
		watch_look_gone(&watch->look, node);
		/* It may be back already; else it is forgotten. */
		watch_look_at(&watch->look, node);
		watch_go_on(watch);
		return;
	}
	char *path = watch_node_path(parent);
	node = watch_filter_enters(watch->filter, path, name)
	    ? watch_look_entry(&watch->look, parent, name, true)
	    : NULL;
	free(path);
	if (node == NULL)
		return;
	watch_look_at(&watch->look, node);
	watch_extend_burst(watch);
	watch_go_on(watch);
}

/* What could not be read perhaps can be now; others are as they were. */
static void
on_rights(struct watch *watch, int wd, const char *name)
{
	struct watch_node *folder = watch_tree_by_wd(&watch->tree, wd);
	struct watch_node *file = NULL;

	for (struct watch_anchor *at = watch->anchors; at != NULL;
	     at = at->next)
		if (at->node->unreadable &&
		    watch_anchor_step(at, wd, name, 0) != NULL)
			watch_suspect(watch, at->node);
	if (folder != NULL)
		file = watch_tree_find(&watch->tree, folder, name, false);
	if (file != NULL && file->unreadable)
		watch_suspect(watch, file);
}

static void
on_entry(void *arg, int wd, const char *name, unsigned what)
{
	struct watch *watch = arg;
	struct watch_node *folder;

	if (what & WATCH_NOTIFY_RIGHTS) {
		on_rights(watch, wd, name);
		return;
	}
	for (struct watch_anchor *at = watch->anchors; at != NULL;
	     at = at->next) {
		const struct watch_step *step = watch_anchor_step(
		    at, wd, name, what);

		if (step != NULL)
			on_anchor(watch, at, step, what);
	}
	folder = watch_tree_by_wd(&watch->tree, wd);
	if (folder == NULL)
		return;
	if (what & WATCH_NOTIFY_ENDED)
		watch_tree_set_wd(&watch->tree, folder, -1);
	if (name[0] == '\0')
		return;
	if (what & WATCH_NOTIFY_FOLDER)
		on_folder(watch, folder, name, what);
	else
		on_file(watch, folder, name, what);
}

static void
on_lost(void *arg)
{
	struct watch *watch = arg;

	log_record(WATCH_LOGGER, TOMO_LOG_DEBUG,
	    "notifications lost; looking again",
	    TOMO_LOG_INT("entries", (int64_t)watch->tree.count));
	for (struct watch_anchor *at = watch->anchors; at != NULL;
	     at = at->next) {
		watch_follow(watch, at);
		watch_look_at_anchor(watch, at);
	}
	watch_extend_burst(watch);
}

const struct watch_notify_events watch_notify_events = {
	.entry = on_entry,
	.lost = on_lost,
};
