#include "runtime/process/reload.h"

#include <stddef.h>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/process/child.h"
#include "runtime/process/child_crash.h"
#include "runtime/process/copy.h"
#include "runtime/process/fleet.h"
#include "runtime/process/slot.h"
#include "runtime/process/sockets.h"

#define LOGGER "tomodachi.supervisor"

/* The one place where the state changes; takes over copy. */
static void
move(struct fleet *fleet, enum reload_state to, struct copy *copy)
{
	fleet->reload.state = to;
	fleet->reload.copy = copy;
}

static void
report_failure(const struct fleet *fleet, const char *line)
{
	log_record(LOGGER, TOMO_LOG_ERROR, "reload failed",
	    TOMO_LOG_STR("service", fleet_name(fleet)),
	    TOMO_LOG_STR("reason", line),
	    TOMO_LOG_STR("next", "the old generation goes on"));
}

/* The candidates that are left end by themselves, on no one's account. */
static void
discard(struct fleet *fleet)
{
	for (unsigned i = 0; i < fleet->nslots; i++) {
		struct child *candidate = fleet->slots[i].candidate;
		fleet->slots[i].candidate = NULL;
		if (candidate != NULL)
			child_stop(candidate);
	}
	copy_unref(fleet->reload.copy);
	move(fleet, RELOAD_IDLE, NULL);
}

static void
go_on(struct fleet *fleet)
{
	if (!fleet->reload.again)
		return;
	fleet->reload.again = false;
	reload_begin(fleet);
}

static void
fail(struct fleet *fleet, const char *line)
{
	report_failure(fleet, line);
	discard(fleet);
	go_on(fleet);
}

void
reload_begin(struct fleet *fleet)
{
	struct copy *copy;
	struct error err;

	if (fleet->stopping)
		return;
	if (fleet->reload.state == RELOAD_STARTING) {
		fleet->reload.again = true;
		return;
	}
	copy = fleet_copy(fleet, &err);
	if (copy == NULL) {
		report_failure(fleet, err.text);
		return;
	}
	move(fleet, RELOAD_STARTING, copy);
	for (unsigned i = 0; i < fleet->nslots; i++) {
		struct slot *slot = &fleet->slots[i];
		slot->candidate = fleet_start_child(slot, copy, NULL, &err);
		if (slot->candidate == NULL) {
			fail(fleet, err.text);
			return;
		}
	}
}

/* New work is let in by the new generation before the old one keeps it out. */
static void
commit(struct fleet *fleet)
{
	const int64_t instant_ms = clock_unix_us() / 1000;

	copy_unref(fleet->copy);
	fleet->copy = fleet->reload.copy;
	move(fleet, RELOAD_IDLE, NULL);
	for (unsigned i = 0; i < fleet->nslots; i++) {
		struct slot *slot = &fleet->slots[i];
		struct child *old = slot->current, *new = slot->candidate;
		slot->candidate = NULL;
		slot->backoff.next_ms = 0;
		slot_open(slot, new, instant_ms);
		if (old == NULL)
			continue;
		child_drain(old, instant_ms);
		sockets_release(fleet->config.room->sockets, old->id);
	}
	log_record(LOGGER, TOMO_LOG_INFO, "reloaded",
	    TOMO_LOG_STR("service", fleet_name(fleet)),
	    TOMO_LOG_INT("generation", fleet->generation));
	go_on(fleet);
}

void
reload_ready(struct slot *slot)
{
	struct fleet *fleet = slot->fleet;

	for (unsigned i = 0; i < fleet->nslots; i++)
		if (fleet->slots[i].candidate->state != CHILD_READY)
			return;
	commit(fleet);
}

void
reload_ended(struct slot *slot, struct child *child)
{
	struct error err;

	child_crash_report(child, fleet_name(slot->fleet), NULL);
	child_failure(child, &err);
	slot->candidate = NULL;
	sockets_release(slot->fleet->config.room->sockets, child->id);
	fail(slot->fleet, err.text);
}

void
reload_abort(struct fleet *fleet)
{
	fleet->reload.again = false;
	for (unsigned i = 0; i < fleet->nslots; i++)
		fleet->slots[i].candidate = NULL;
	copy_unref(fleet->reload.copy);
	move(fleet, RELOAD_IDLE, NULL);
}
