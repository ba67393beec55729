#include "runtime/watch/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/clock.h"
#include "runtime/watch/watch_anchor.h"
#include "runtime/watch/watch_filter.h"
#include "runtime/watch/watch_notify.h"
#include "runtime/watch/watch_parts.h"
#include "runtime/watch/watch_roots.h"

#define QUIET_MS 75
#define CAP_MS 1500

/* ---- making ---- */

static int
make_events(struct watch *watch, struct event_base *base, struct error *err)
{
	watch->quiet = evtimer_new(base, watch_on_quiet, watch);
	watch->work = evtimer_new(base, watch_on_work, watch);
	watch->poll = evtimer_new(base, watch_on_poll, watch);
	if (watch->quiet == NULL || watch->work == NULL || watch->poll == NULL)
		return error_set(err, "watcher: cannot make its timers");
	return 0;
}

static int
make_filter(
    struct watch *watch, const struct watch_config *config, struct error *err)
{
	char cwd[PATH_MAX];

	if (getcwd(cwd, sizeof(cwd)) == NULL)
		return error_set(
		    err, "the working folder is gone: %s", strerror(errno));
	watch->filter = watch_filter_new(config, cwd);
	return 0;
}

/* Without notifications it polls: that is no reason to fail. */
static void
make_notify(struct watch *watch, const struct watch_config *config)
{
	struct error err;

	if (config->poll)
		return;
	watch->notify = watch_notify_new(
	    config->base, &watch_notify_events, watch, &err);
	watch->look.notify = watch->notify;
	if (watch->notify == NULL)
		watch_go_blind(
		    watch, watch_filter_cwd(watch->filter), err.text);
}

static void
add_anchor(struct watch *watch, const char *path, bool is_folder)
{
	struct watch_anchor *anchor;

	if (watch_tree_find(&watch->tree, NULL, path, is_folder) != NULL)
		return;
	anchor = xcalloc(1, sizeof(*anchor));
	anchor->node = watch_tree_add_top(&watch->tree, path, is_folder);
	anchor->next = watch->anchors;
	watch->anchors = anchor;
	watch_follow(watch, anchor);
	/* Watched first, so that no change falls in between. */
	if (is_folder)
		watch_look_at(&watch->look, anchor->node);
	else
		watch_compare_forgive(&watch->compare, anchor->node);
}

static void
add_anchors(struct watch *watch, const struct watch_config *config)
{
	char **roots = watch_roots_new(config->folders, watch->filter);

	for (size_t i = 0; config->files != NULL && config->files[i] != NULL;
	     i++) {
		char *path = watch_filter_absolute(
		    watch->filter, config->files[i]);

		add_anchor(watch, path, false);
		free(path);
	}
	for (size_t i = 0; roots[i] != NULL; i++)
		add_anchor(watch, roots[i], true);
	watch_roots_free(roots);
}

/* The clock of file systems, which may be some milliseconds behind. */
static int64_t
system_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct watch *
watch_new(const struct watch_config *config, struct error *err)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	watch->events = config->events;
	watch->arg = config->arg;
	watch->quiet_ms = config->quiet_ms > 0 ? config->quiet_ms : QUIET_MS;
	watch->cap_ms = config->cap_ms > 0 ? config->cap_ms : CAP_MS;
	watch->first = true;
	watch->baseline_ns = system_ns();
	watch->poll_ms = clock_ms();
	watch_tree_init(&watch->tree);
	watch_compare_init(&watch->compare, &watch->tree);
	watch_look_init(&watch->look);
	if (make_events(watch, config->base, err) != 0 ||
	    make_filter(watch, config, err) != 0) {
		watch_free(watch);
		return NULL;
	}
	watch->look.tree = &watch->tree;
	watch->look.filter = watch->filter;
	watch->look.events = &watch_look_events;
	watch->look.arg = watch;
	make_notify(watch, config);
	add_anchors(watch, config);
	watch_go_on(watch);
	return watch;
}

static void
free_event(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

void
watch_free(struct watch *watch)
{
	struct watch_anchor *anchor;

	if (watch == NULL)
		return;
	watch_look_clear(&watch->look);
	watch_compare_clear(&watch->compare);
	while ((anchor = watch->anchors) != NULL) {
		watch->anchors = anchor->next;
		watch_tree_remove(&watch->tree, anchor->node);
		watch_anchor_free(anchor);
	}
	watch_tree_clear(&watch->tree);
	watch_notify_free(watch->notify);
	watch_filter_free(watch->filter);
	free_event(watch->quiet);
	free_event(watch->work);
	free_event(watch->poll);
	free(watch);
}

/* ---- using ---- */

void
watch_hold(struct watch *watch, bool hold)
{
	if (watch->held == hold)
		return;
	watch->held = hold;
	watch->due = false;
	watch->burst_ms = 0;
	event_del(watch->quiet);
	if (!hold && !watch->first && !watch_compare_is_idle(&watch->compare))
		watch_extend_burst(watch);
}

/* The node of a file that counts; NULL for one that does not. */
static struct watch_node *
file_at(struct watch *watch, const char *path)
{
	struct watch_node *node = watch_tree_find(
	    &watch->tree, NULL, path, false);
	const char *name = NULL;

	for (const struct watch_anchor *at = watch->anchors;
	     at != NULL && node == NULL; at = at->next) {
		if (!at->node->is_folder)
			continue;
		struct watch_node *folder = watch_tree_folder_of(
		    &watch->tree, at->node, path, &name);
		if (folder != NULL &&
		    watch_filter_has_ending(watch->filter, name))
			node = watch_look_entry(
			    &watch->look, folder, name, false);
	}
	return node;
}

void
watch_forgive(struct watch *watch, const char *path)
{
	char *whole = watch_filter_absolute(watch->filter, path);
	struct watch_node *node = file_at(watch, whole);

	free(whole);
	if (node != NULL)
		watch_compare_forgive(&watch->compare, node);
}

bool
watch_is_idle(const struct watch *watch)
{
	return !watch->first && watch->burst_ms == 0 &&
	    watch->look.at == NULL && TAILQ_EMPTY(&watch->look.queue) &&
	    watch_compare_is_idle(&watch->compare);
}

bool
watch_is_polling(const struct watch *watch)
{
	return watch->look.notify == NULL;
}
