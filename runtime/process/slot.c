#include "runtime/process/slot.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>
#include <jansson.h>

#include "runtime/base/alloc.h"
#include "runtime/base/clock.h"
#include "runtime/base/exit_status.h"
#include "runtime/base/log.h"
#include "runtime/process/child.h"
#include "runtime/process/child_crash.h"
#include "runtime/process/death.h"
#include "runtime/process/fleet.h"
#include "runtime/process/lend.h"
#include "runtime/process/sockets.h"

#define LOGGER "tomodachi.supervisor"

/* A SIGTERM to the whole group: the worker's word of it may come first. */
#define STOP_WITHIN_MS 50

/* The one place where the state changes. */
static void
move(struct slot *slot, enum slot_state to)
{
	assert(slot_may_move(slot->state, to));
	log_record(LOGGER, TOMO_LOG_DEBUG, "slot state",
	    TOMO_LOG_STR("service", fleet_name(slot->fleet)),
	    TOMO_LOG_INT("slot", slot->number),
	    TOMO_LOG_STR("from", slot_state_name(slot->state)),
	    TOMO_LOG_STR("to", slot_state_name(to)));
	slot->state = to;
}

/* ---- sockets ---- */

/* What the worker listened on waits for the next one, connections and all. */
static void
hold_sockets(struct slot *slot, unsigned id)
{
	if (slot->held != 0)
		sockets_release(slot->fleet->config.room->sockets, slot->held);
	slot->held = id;
}

/* ---- starts ---- */

int
slot_start(struct slot *slot, struct error *err)
{
	move(slot, SLOT_STARTING);
	slot->current = fleet_start_child(slot, slot->fleet->copy, NULL, err);
	return slot->current != NULL ? 0 : -1;
}

/* What the stand-in is told; NULL when it could not listen anywhere. */
static char *
explain(const struct slot *slot)
{
	const struct fleet *fleet = slot->fleet;
	json_t *options = NULL;
	char *text, *line;

	if (fleet->options != NULL)
		options = json_loads(fleet->options, 0, NULL);
	if (options == NULL)
		return NULL;
	line = xasprintf(
	    "%s crashed%s; waiting for a change", fleet_name(fleet), slot->why);
	json_t *told = json_pack("{s:s, s:s, s:o}", "name", fleet_name(fleet),
	    "line", line, "options", options);
	text = json_dumps(told, JSON_COMPACT);
	json_decref(told);
	free(line);
	return text;
}

static void back_off(struct slot *slot, int64_t delay_ms);

static void
start_stand_in(struct slot *slot)
{
	char *text = explain(slot);
	struct error err;

	move(slot, SLOT_STAND_IN);
	slot->current = NULL;
	if (text == NULL)
		error_set(&err, "its options are not known");
	else
		slot->current = fleet_start_child(
		    slot, slot->fleet->copy, text, &err);
	free(text);
	if (slot->current != NULL)
		return;
	log_record(LOGGER, TOMO_LOG_ERROR, "no stand-in",
	    TOMO_LOG_STR("service", fleet_name(slot->fleet)),
	    TOMO_LOG_STR("reason", err.text));
	back_off(slot, backoff_next(&slot->backoff, 0, false));
}

static void
restart(struct slot *slot)
{
	struct error err;

	if (slot_start(slot, &err) == 0)
		return;
	const int64_t delay_ms = backoff_next(&slot->backoff, 0, false);
	log_record(LOGGER, TOMO_LOG_ERROR, "worker failed",
	    TOMO_LOG_STR("service", fleet_name(slot->fleet)),
	    TOMO_LOG_INT("slot", slot->number),
	    TOMO_LOG_STR("reason", err.text),
	    TOMO_LOG_INT("restart_in_ms", delay_ms));
	back_off(slot, delay_ms);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	restart(arg);
}

static void
back_off(struct slot *slot, int64_t delay_ms)
{
	const struct timeval after = { .tv_sec = (time_t)(delay_ms / 1000),
		.tv_usec = (suseconds_t)(delay_ms % 1000 * 1000) };

	move(slot, SLOT_BACK_OFF);
	if (slot->timer == NULL)
		slot->timer = evtimer_new(
		    slot->fleet->config.room->base, on_timer, slot);
	if (slot->timer == NULL)
		abort();
	event_add(slot->timer, &after);
}

void
slot_open(struct slot *slot, struct child *child, int64_t instant_ms)
{
	if (slot->timer != NULL)
		event_del(slot->timer);
	child_open(child, instant_ms);
	slot->current = child;
	slot->was_open = true;
	hold_sockets(slot, 0);
	move(slot, child->stand_in ? SLOT_STAND_IN : SLOT_OPEN);
	lend_update(slot->fleet);
	fleet_opened(slot->fleet, child);
}

/* ---- ends ---- */

static const struct {
	const char *message;
	int level;
} records[] = {
	[DEATH_CLEAN] = { "worker ended", TOMO_LOG_DEBUG },
	[DEATH_FAILED] = { "worker failed", TOMO_LOG_ERROR },
	[DEATH_FAULT] = { "worker crashed", TOMO_LOG_ERROR },
	[DEATH_OUTSIDE] = { "worker ended", TOMO_LOG_WARNING },
};

/* How it ended and what is done about it: its own report, or one record. */
static void
report(const struct slot *slot, struct child *child, enum death_kind kind,
    const char *next)
{
	struct error err;
	char how[40];

	if (child_crash_report(child, fleet_name(slot->fleet), next))
		return;
	exit_status_describe(child->death.status, how, sizeof(how));
	if (child->death.was_open)
		error_set(&err, "%s", how);
	else
		child_failure(child, &err);
	log_record(LOGGER, records[kind].level, records[kind].message,
	    TOMO_LOG_STR("service", fleet_name(slot->fleet)),
	    TOMO_LOG_INT("slot", slot->number), TOMO_LOG_INT("pid", child->pid),
	    TOMO_LOG_STR("reason", err.text), TOMO_LOG_STR("next", next));
}

static int64_t
open_for_ms(const struct child *child)
{
	return child->death.was_open ? clock_ms() - child->opened_ms : 0;
}

static void
restart_after(
    struct slot *slot, struct child *child, enum death_kind kind, bool at_once)
{
	const int64_t delay_ms = backoff_next(
	    &slot->backoff, open_for_ms(child), at_once);
	char next[48];

	if (delay_ms == 0)
		snprintf(next, sizeof(next), "restart");
	else
		snprintf(
		    next, sizeof(next), "restart in %" PRId64 " ms", delay_ms);
	report(slot, child, kind, next);
	if (delay_ms == 0)
		restart(slot);
	else
		back_off(slot, delay_ms);
}

/* A first start has failed: the run ends, with this line. */
static void
end_run(struct slot *slot, struct child *child)
{
	struct fleet *fleet = slot->fleet;
	struct error err;

	child_crash_report(child, fleet_name(fleet), NULL);
	child_failure(child, &err);
	fleet->config.events->failed(fleet->config.arg, fleet, err.text);
}

static void
follow(struct slot *slot, struct child *child, enum death_kind kind)
{
	const struct death_place place = {
		.stopping = slot->fleet->stopping,
		.first_start = !slot->was_open,
		.production = slot->fleet->config.production,
	};

	switch (death_verdict(kind, &place)) {
	case DEATH_NOTHING:
		report(slot, child, kind, NULL);
		return;
	case DEATH_END_RUN:
		end_run(slot, child);
		return;
	case DEATH_RESTART:
		restart_after(slot, child, kind, true);
		return;
	case DEATH_BACK_OFF:
		restart_after(slot, child, kind, false);
		return;
	case DEATH_STAND_IN:
		/* A stand-in that crashes is our own fault: no hurry. */
		if (child->stand_in) {
			restart_after(slot, child, kind, false);
			return;
		}
		report(slot, child, kind, "stand-in until the next change");
		start_stand_in(slot);
		return;
	}
}

void
slot_draining(struct slot *slot, struct child *child)
{
	/* Before it was open, its end will tell. */
	if (!child->death.was_open || slot->fleet->stopping)
		return;
	child->death.asked = true;
	slot->current = NULL;
	hold_sockets(slot, child->id);
	log_record(LOGGER, TOMO_LOG_WARNING, "worker stops unasked",
	    TOMO_LOG_STR("service", fleet_name(slot->fleet)),
	    TOMO_LOG_INT("slot", slot->number),
	    TOMO_LOG_INT("pid", child->pid));
	const int64_t delay_ms = backoff_next(
	    &slot->backoff, open_for_ms(child), true);
	back_off(slot, delay_ms > STOP_WITHIN_MS ? delay_ms : STOP_WITHIN_MS);
	lend_update(slot->fleet);
}

void
slot_ended(struct slot *slot, struct child *child)
{
	const enum death_kind kind = death_kind(&child->death);

	slot->current = NULL;
	free(slot->why);
	slot->why = child_crash_why(child);
	if (child->death.was_open)
		hold_sockets(slot, child->id);
	else
		sockets_release(slot->fleet->config.room->sockets, child->id);
	follow(slot, child, kind);
	lend_update(slot->fleet);
}

void
slot_stop(struct slot *slot)
{
	if (slot->timer != NULL)
		event_del(slot->timer);
	hold_sockets(slot, 0);
	move(slot, SLOT_STOPPED);
}
