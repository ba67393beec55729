#include "runtime/process/reload.h"

#include <assert.h>
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

/* Both generations hear of the instant before it comes, so that the old one
 * does not begin what is the new one's. */
#define NOTICE_MS 200

/* The one place where the state changes. */
static void
move(struct fleet *fleet, enum reload_state to)
{
	struct reload *reload = &fleet->reload;

	assert(reload_may_move(reload->state, to));
	log_record(LOGGER, TOMO_LOG_DEBUG, "reload state",
	    TOMO_LOG_STR("service", fleet_name(fleet)),
	    TOMO_LOG_STR("from", reload_state_name(reload->state)),
	    TOMO_LOG_STR("to", reload_state_name(to)));
	reload->state = to;
}

static void
report_failure(const struct fleet *fleet, const char *line)
{
	log_record(LOGGER, TOMO_LOG_ERROR, "reload failed",
	    TOMO_LOG_STR("service", fleet_name(fleet)),
	    TOMO_LOG_STR("reason", line),
	    TOMO_LOG_STR("step", reload_state_name(fleet->reload.state)),
	    TOMO_LOG_STR("next",
		fleet_is_well(fleet) ? "the old generation goes on"
				     : "what runs goes on"));
}

/* ---- retire ---- */

static bool
is_retiring(const struct fleet *fleet, const struct child *child)
{
	return child->copy != fleet->copy;
}

void
reload_look(struct fleet *fleet)
{
	if (fleet->reload.state != RELOAD_RETIRING)
		return;
	for (const struct child *c = fleet->children; c != NULL; c = c->next)
		if (is_retiring(fleet, c))
			return;
	move(fleet, RELOAD_IDLE);
	if (!fleet->reload.again)
		return;
	fleet->reload.again = false;
	reload_begin(fleet);
}

/* Idle connections of theirs are all that a newer generation may cut short. */
static void
hasten(struct fleet *fleet)
{
	for (struct child *c = fleet->children; c != NULL; c = c->next)
		if (is_retiring(fleet, c))
			child_hasten(c);
}

static void
queue(struct fleet *fleet)
{
	if (!fleet->reload.again)
		log_record(LOGGER, TOMO_LOG_INFO, "reload waits",
		    TOMO_LOG_STR("service", fleet_name(fleet)),
		    TOMO_LOG_STR("for",
			fleet->reload.state == RELOAD_RETIRING
			    ? "the older generation to end"
			    : "the reload under way"));
	fleet->reload.again = true;
	if (fleet->reload.state == RELOAD_RETIRING)
		hasten(fleet);
}

static void
retire(struct fleet *fleet)
{
	move(fleet, RELOAD_RETIRING);
	if (fleet->reload.again)
		hasten(fleet);
	reload_look(fleet);
}

/* ---- begin ---- */

/* The candidates that are left end by themselves, on no one's account. */
static void
give_up(struct fleet *fleet, const char *line)
{
	report_failure(fleet, line);
	for (unsigned i = 0; i < fleet->nslots; i++) {
		struct child *candidate = fleet->slots[i].candidate;
		fleet->slots[i].candidate = NULL;
		if (candidate != NULL)
			child_stop(candidate);
	}
	copy_unref(fleet->reload.copy);
	fleet->reload.copy = NULL;
	retire(fleet);
}

static int
start_candidates(struct fleet *fleet, struct error *err)
{
	for (unsigned i = 0; i < fleet->nslots; i++) {
		struct slot *slot = &fleet->slots[i];

		slot->candidate = fleet_start_child(
		    slot, fleet->reload.copy, NULL, err);
		if (slot->candidate == NULL)
			return -1;
	}
	return 0;
}

void
reload_begin(struct fleet *fleet)
{
	struct elf_facts facts;
	struct error err;

	if (fleet->stopping)
		return;
	if (fleet->reload.state != RELOAD_IDLE) {
		queue(fleet);
		return;
	}
	move(fleet, RELOAD_VALIDATING);
	if (fleet_validate(fleet, &facts, &err) != 0) {
		report_failure(fleet, err.text);
		move(fleet, RELOAD_IDLE);
		return;
	}
	move(fleet, RELOAD_COPYING);
	fleet->reload.copy = fleet_copy(fleet, &facts, &err);
	if (fleet->reload.copy == NULL) {
		report_failure(fleet, err.text);
		move(fleet, RELOAD_IDLE);
		return;
	}
	move(fleet, RELOAD_STARTING);
	if (start_candidates(fleet, &err) != 0)
		give_up(fleet, err.text);
}

/* ---- open ---- */

/* New work is let in by the new generation before the old one keeps it out. */
static void
swap(struct slot *slot, int64_t instant_ms)
{
	struct child *old = slot->current, *new = slot->candidate;

	slot->candidate = NULL;
	slot->backoff.next_ms = 0;
	slot_open(slot, new, instant_ms);
	if (old == NULL)
		return;
	child_drain(old, instant_ms);
	sockets_release(slot->fleet->config.room->sockets, old->id);
}

static void
commit(struct fleet *fleet)
{
	const int64_t instant_ms = clock_unix_us() / 1000 + NOTICE_MS;

	move(fleet, RELOAD_OPENING);
	copy_unref(fleet->copy);
	fleet->copy = fleet->reload.copy;
	fleet->reload.copy = NULL;
	for (unsigned i = 0; i < fleet->nslots; i++)
		swap(&fleet->slots[i], instant_ms);
	log_record(LOGGER, TOMO_LOG_INFO, "reloaded",
	    TOMO_LOG_STR("service", fleet_name(fleet)),
	    TOMO_LOG_INT("generation", fleet->generation));
	retire(fleet);
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

/* ---- ends ---- */

void
reload_ended(struct slot *slot, struct child *child)
{
	struct error err;

	child_crash_report(child, fleet_name(slot->fleet), NULL);
	child_failure(child, &err);
	slot->candidate = NULL;
	sockets_release(slot->fleet->config.room->sockets, child->id);
	give_up(slot->fleet, err.text);
}

void
reload_abort(struct fleet *fleet)
{
	fleet->reload.again = false;
	for (unsigned i = 0; i < fleet->nslots; i++)
		fleet->slots[i].candidate = NULL;
	copy_unref(fleet->reload.copy);
	fleet->reload.copy = NULL;
	move(fleet, RELOAD_IDLE);
}
