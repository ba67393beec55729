#include "runtime/watch/watch_parts.h"

#include <stdlib.h>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/watch/watch.h"
#include "runtime/watch/watch_anchor.h"
#include "runtime/watch/watch_notify.h"
#include "runtime/watch/watch_report.h"

#define POLL_SHARE 10 /* polling takes no more than this part of the time */
#define SLICE_NS INT64_C(3000000)

void
watch_after(struct event *event, int64_t ms)
{
	const struct timeval time = { .tv_sec = ms / 1000,
		.tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	event_add(event, &time);
}

/* The next slice of work, once the loop has seen to all others. */
void
watch_go_on(struct watch *watch)
{
	if (!event_pending(watch->work, EV_TIMEOUT, NULL))
		watch_after(watch->work, 0);
}

/* ---- bursts ---- */

static void
end_burst(struct watch *watch)
{
	event_del(watch->quiet);
	watch->due = true;
	watch_go_on(watch);
}

/* Something happened: the quiet period begins again. */
void
watch_extend_burst(struct watch *watch)
{
	const int64_t now = clock_ms();

	if (watch->first || watch->held)
		return;
	if (watch->burst_ms == 0)
		watch->burst_ms = now;
	const int64_t left = watch->burst_ms + watch->cap_ms - now;
	/* A timer set anew each time would never come to run. */
	if (left <= 0)
		end_burst(watch);
	else
		watch_after(watch->quiet,
		    left < watch->quiet_ms ? left : watch->quiet_ms);
}

void
watch_on_quiet(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	end_burst(arg);
}

void
watch_suspect(struct watch *watch, struct watch_node *file)
{
	watch_compare_suspect(&watch->compare, file);
	watch_extend_burst(watch);
}

void
watch_await_close(struct watch *watch, struct watch_node *file)
{
	watch_compare_put_aside(&watch->compare, file);
	if (!event_pending(watch->poll, EV_TIMEOUT, NULL))
		watch_after(watch->poll, WATCH_POLL_MS);
}

/* The last thing done: the callee may free the watch. */
static void
report(struct watch *watch)
{
	const struct watch_events *events = watch->events;
	void *arg = watch->arg;
	size_t n;
	struct watch_change *changes = watch_report_new(
	    &watch->compare, watch->filter, &n);

	if (n > 0)
		events->changed(arg, changes, n);
	watch_report_free(changes, n);
}

/*
 * All suspects have been read.  If there are new ones, the burst is not over,
 * unless it has lasted too long.
 */
static void
settle(struct watch *watch)
{
	const bool more = !TAILQ_EMPTY(&watch->compare.suspects);
	const bool first = watch->first;

	watch->first = false;
	if (first)
		log_record(WATCH_LOGGER, TOMO_LOG_DEBUG, "watching",
		    TOMO_LOG_INT("entries", (int64_t)watch->tree.count));
	if (watch->held)
		return;
	if (first) {
		if (!watch_compare_is_idle(&watch->compare))
			watch_extend_burst(watch);
		return;
	}
	if (more && clock_ms() < watch->burst_ms + watch->cap_ms) {
		if (!watch->due)
			watch_extend_burst(watch);
		watch_go_on(watch);
		return;
	}
	watch->burst_ms = 0;
	if (more)
		watch_extend_burst(watch);
	report(watch);
}

/* ---- work ---- */

static void
on_suspect(void *arg, struct watch_node *file)
{
	watch_suspect(arg, file);
}

static void
on_blind(void *arg, const char *path, const char *why)
{
	watch_go_blind(arg, path, why);
}

static void
on_release(void *arg, int wd)
{
	watch_release(arg, wd);
}

const struct watch_look_events watch_look_events = {
	.suspect = on_suspect,
	.blind = on_blind,
	.release = on_release,
};

/* Files put aside whose close was not heard, and will not be. */
static void
look_at_unclosed(struct watch *watch)
{
	struct watch_node *node, *next;

	for (node = TAILQ_FIRST(&watch->compare.unclosed); node != NULL;
	     node = next) {
		char *path = watch_node_path(node);

		next = TAILQ_NEXT(node, queued);
		if (watch_notify_has_writer(path))
			watch_await_close(watch, node);
		else
			watch_suspect(watch, node);
		free(path);
	}
}

/* Also for what is not there: its way may lead through what nobody watches. */
void
watch_on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct watch *watch = arg;

	(void)fd;
	(void)what;
	watch->poll_ms = clock_ms();
	for (struct watch_anchor *at = watch->anchors; at != NULL;
	     at = at->next) {
		const bool was_whole = at->trail.is_whole;

		if (watch->notify != NULL && was_whole)
			continue;
		watch_follow(watch, at);
		if (watch->notify == NULL || at->trail.is_whole)
			watch_look_at_anchor(watch, at);
	}
	look_at_unclosed(watch);
	watch_go_on(watch);
}

/* All folders have been looked at. */
static void
plan_poll(struct watch *watch)
{
	const int64_t took_ms = clock_ms() - watch->poll_ms;

	if (watch->notify != NULL)
		return;
	if (!event_pending(watch->poll, EV_TIMEOUT, NULL))
		watch_after(watch->poll,
		    took_ms * POLL_SHARE > WATCH_POLL_MS ? took_ms * POLL_SHARE
							 : WATCH_POLL_MS);
}

static void
stop_notifying(struct watch *watch)
{
	if (!watch->is_blind || watch->notify == NULL)
		return;
	watch_notify_free(watch->notify);
	watch->notify = NULL;
	watch->poll_ms = clock_ms();
}

void
watch_on_work(evutil_socket_t fd, short what, void *arg)
{
	struct watch *watch = arg;
	const int64_t until_ns = clock_ns() + SLICE_NS;

	(void)fd;
	(void)what;
	stop_notifying(watch);
	if (!watch_look_step(&watch->look, until_ns)) {
		watch_go_on(watch);
		return;
	}
	plan_poll(watch);
	if (!watch->comparing) {
		if (!watch->first && (!watch->due || watch->held))
			return;
		watch->due = false;
		watch->comparing = true;
		watch_compare_all(
		    &watch->compare, watch->first ? watch->baseline_ns : 0);
	}
	if (!watch_compare_step(&watch->compare, until_ns)) {
		watch_go_on(watch);
		return;
	}
	watch->comparing = false;
	settle(watch);
}
