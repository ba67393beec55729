/* The parts of the watcher, for its own files: watch.c makes them, watch_hear.c
 * takes what is heard, watch_run.c does the work. */
#ifndef RUNTIME_WATCH_WATCH_PARTS_H
#define RUNTIME_WATCH_WATCH_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "runtime/watch/watch_compare.h"
#include "runtime/watch/watch_look.h"
#include "runtime/watch/watch_tree.h"

#define WATCH_LOGGER "tomodachi.watcher"
#define WATCH_POLL_MS 1000

struct watch_anchor;
struct watch_events;
struct watch_notify_events;

struct watch {
	const struct watch_events *events;
	void *arg;
	int64_t quiet_ms, cap_ms;
	struct watch_filter *filter;
	struct watch_tree tree;
	struct watch_look look;
	struct watch_compare compare;
	struct watch_notify *notify; /* NULL: by polling */
	struct watch_anchor *anchors;
	struct event *quiet, *work, *poll;
	bool is_blind; /* notify is of no use, and said so */
	bool first;    /* what is found is what was there */
	bool held;
	bool due; /* the burst is over: compare */
	bool comparing;
	int64_t burst_ms;    /* when it began; 0: there is none */
	int64_t poll_ms;     /* when the last polling began */
	int64_t baseline_ns; /* the system's clock at the start */
};

/* Runs the event so long from now. */
void watch_after(struct event *event, int64_t ms);

/* ---- watch_run.c ---- */

extern const struct watch_look_events watch_look_events;

/* Does the next slice of work, once the loop has seen to all others. */
void watch_go_on(struct watch *watch);

/* Something happened: the quiet period begins again. */
void watch_extend_burst(struct watch *watch);

/* The file is to be compared, once the burst is over. */
void watch_suspect(struct watch *watch, struct watch_node *file);

/*
 * The file was just made: its close will be heard, if it was made by opening
 * it.  Else (by a link) the next poll finds that nobody writes to it.
 */
void watch_await_close(struct watch *watch, struct watch_node *file);

/* Callbacks of the events. */
void watch_on_quiet(evutil_socket_t fd, short what, void *arg);
void watch_on_work(evutil_socket_t fd, short what, void *arg);
void watch_on_poll(evutil_socket_t fd, short what, void *arg);

/* ---- watch_hear.c ---- */

extern const struct watch_notify_events watch_notify_events;

/* Gives up notifications, with a warning. */
void watch_go_blind(struct watch *watch, const char *path, const char *why);

/* Lets go of a watch that neither a folder nor a trail has any more. */
void watch_release(struct watch *watch, int wd);

/* Watches the anchor's trail as it is now. */
void watch_follow(struct watch *watch, struct watch_anchor *anchor);

/* Looks at what was named, where its path leads to now. */
void watch_look_at_anchor(struct watch *watch, struct watch_anchor *anchor);

#endif
