#include "runtime/process/fleet.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/base/clock.h"
#include "runtime/base/exit_status.h"
#include "runtime/base/hash.h"
#include "runtime/base/log.h"
#include "runtime/process/child.h"
#include "runtime/process/child_crash.h"
#include "runtime/process/copy.h"
#include "runtime/process/lend.h"
#include "runtime/process/slot.h"
#include "runtime/process/sockets.h"

#define LOGGER "tomodachi.supervisor"

static struct slot *
slot_of(const struct child *child)
{
	struct fleet *fleet = child->owner;

	return &fleet->slots[child->slot];
}

/* ---- events of workers ---- */

static void
on_named(struct child *child)
{
	struct fleet *fleet = child->owner;

	free(fleet->name);
	fleet->name = xstrdup(child->name);
}

static void
on_listening(struct child *child)
{
	lend_update(child->owner);
}

static void
on_ready(struct child *child)
{
	struct slot *slot = slot_of(child);

	if (child == slot->candidate)
		reload_ready(slot);
	else if (child == slot->current)
		slot_open(slot, child, clock_unix_us() / 1000);
}

static void
on_draining(struct child *child)
{
	struct slot *slot = slot_of(child);

	if (child == slot->current)
		slot_draining(slot, child);
}

/* A new generation that is not open yet must not end the old one. */
static void
fail_candidate(struct child *child, int code)
{
	struct error err;

	if (child->death.said_failed)
		return;
	error_set(&err, "%s: called tomo_exit(%d) while it started",
	    child->label, code);
	child_fail(child, err.text);
	child_stop(child);
}

/* A stop during a reload finds candidates that never did anything. */
static bool
is_left_over(const struct fleet *fleet, const struct child *child)
{
	return fleet->stopping && fleet->opened && !child->death.was_open;
}

static void
on_exit_code(struct child *child, int code)
{
	struct fleet *fleet = child->owner;
	const struct slot *slot = slot_of(child);

	if (child == slot->candidate) {
		fail_candidate(child, code);
		return;
	}
	if (is_left_over(fleet, child))
		return;
	if (!fleet->stopping) {
		const bool counts = child == slot->current;
		log_record(LOGGER, TOMO_LOG_INFO,
		    counts ? "service exits" : "exit of an old worker ignored",
		    TOMO_LOG_STR("service", fleet_name(fleet)),
		    TOMO_LOG_INT("slot", child->slot),
		    TOMO_LOG_INT("pid", child->pid),
		    TOMO_LOG_INT("code", code));
		if (!counts)
			return;
	}
	if (code != 0)
		fleet->config.events->code(fleet->config.arg, fleet, code);
	fleet_stop(fleet);
}

/* A worker whose place is another's by now. */
static void
let_go(struct fleet *fleet, struct child *child)
{
	char how[40];

	if (child->id != slot_of(child)->held)
		sockets_release(fleet->config.room->sockets, child->id);
	if (death_kind(&child->death) == DEATH_CLEAN &&
	    WIFEXITED(child->death.status))
		return;
	if (child_crash_report(child, fleet_name(fleet), NULL))
		return;
	exit_status_describe(child->death.status, how, sizeof(how));
	log_record(LOGGER, TOMO_LOG_WARNING, "old worker ended badly",
	    TOMO_LOG_STR("service", fleet_name(fleet)),
	    TOMO_LOG_INT("slot", child->slot), TOMO_LOG_INT("pid", child->pid),
	    TOMO_LOG_STR("reason", how));
}

static void
count_code(struct fleet *fleet, const struct child *child)
{
	const int status = child->death.status;

	if (is_left_over(fleet, child))
		return;
	/*
	 * What a terminal, or "kill" of a group, sends to all may hit a worker
	 * before it has come to watch it; that is part of a clean stop.
	 */
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM)
		return;
	if (WIFSIGNALED(status) && child->phase == CHILD_EXEC &&
	    (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGHUP ||
		WTERMSIG(status) == SIGQUIT))
		return;
	if (!child->death.said_failed && exit_status_code(status) != 0)
		fleet->config.events->code(
		    fleet->config.arg, fleet, exit_status_code(status));
}

static void
end_if_empty(struct fleet *fleet)
{
	if (!fleet->stopping || fleet->ended || fleet->children != NULL)
		return;
	fleet->ended = true;
	fleet->config.events->ended(fleet->config.arg, fleet);
}

static void
on_ended(struct child *child)
{
	struct fleet *fleet = child->owner;
	struct slot *slot = slot_of(child);
	struct child **at = &fleet->children;

	while (*at != child)
		at = &(*at)->next;
	*at = child->next;
	if (fleet->stopping)
		count_code(fleet, child);
	if (child == slot->candidate)
		reload_ended(slot, child);
	else if (child == slot->current)
		slot_ended(slot, child);
	else
		let_go(fleet, child);
	child_free(child);
	reload_look(fleet);
	end_if_empty(fleet);
}

static const struct child_events child_events = {
	.named = on_named,
	.listening = on_listening,
	.ready = on_ready,
	.draining = on_draining,
	.exit = on_exit_code,
	.ended = on_ended,
};

/* ---- for slot.c and reload.c ---- */

/* What a later stand-in, and the watcher, go by. */
static void
learn(struct fleet *fleet, const struct child *child)
{
	const char *had = fleet->watcher != NULL ? fleet->watcher : "";

	if (child->stand_in)
		return;
	if (child->options != NULL) {
		free(fleet->options);
		fleet->options = xstrdup(child->options);
	}
	if (child->watcher == NULL || strcmp(child->watcher, had) == 0)
		return;
	free(fleet->watcher);
	fleet->watcher = xstrdup(child->watcher);
	fleet->config.events->watcher(fleet->config.arg, fleet);
}

void
fleet_opened(struct fleet *fleet, const struct child *child)
{
	learn(fleet, child);
	for (unsigned i = 0; i < fleet->nslots; i++)
		if (!fleet->slots[i].was_open)
			return;
	if (fleet->opened)
		return;
	fleet->opened = true;
	log_record(LOGGER, TOMO_LOG_INFO, "service started",
	    TOMO_LOG_STR("service", fleet_name(fleet)),
	    TOMO_LOG_INT("workers", fleet->nslots));
	fleet->config.events->opened(fleet->config.arg, fleet);
}

int
fleet_validate(struct fleet *fleet, struct elf_facts *facts, struct error *err)
{
	return elf_check(fleet->config.file, fleet->label, facts, err);
}

struct copy *
fleet_copy(
    struct fleet *fleet, const struct elf_facts *facts, struct error *err)
{
	const struct fleet_config *config = &fleet->config;
	struct copy *copy;

	/* Before the copy: what is written meanwhile has another hash. */
	clock_gettime(CLOCK_REALTIME_COARSE, &fleet->copied);
	if (hash_file(config->file, &fleet->hash) != 0)
		fleet->hash = 0;
	copy = copy_new(config->folder, config->file, fleet->generation + 1,
	    facts->uses_origin, err);
	if (copy == NULL)
		return NULL;
	fleet->generation++;
	if (copy_is_original(copy))
		log_record(LOGGER, TOMO_LOG_WARNING,
		    "no copy of the service file can be made: replace it by "
		    "rename only",
		    TOMO_LOG_STR("file", config->file));
	return copy;
}

/* A file in a temporary folder may be removed at any time. */
static int
keep_copy(const struct fleet *fleet, struct copy *copy, struct error *err)
{
	if (!copy_is_lost(copy))
		return 0;
	const bool held = copy_is_held(copy);
	if (copy_restore(copy, fleet->config.file, err) != 0)
		return -1;
	log_record(LOGGER, TOMO_LOG_WARNING,
	    "the copy of the service file was removed: made again",
	    TOMO_LOG_STR("service", fleet_name(fleet)),
	    TOMO_LOG_STR("from", held ? "the copy" : "the file as it is now"));
	return 0;
}

struct child *
fleet_start_child(struct slot *slot, struct copy *copy, const char *explain,
    struct error *err)
{
	struct fleet *fleet = slot->fleet;
	const struct child_plan plan = {
		.room = fleet->config.room,
		.events = &child_events,
		.owner = fleet,
		.file = fleet->config.file,
		.label = fleet->label,
		.uuid = fleet->uuid,
		.explain = explain,
		.copy = copy,
		.slot = slot->number,
	};
	struct child *child;

	if (keep_copy(fleet, copy, err) != 0)
		return NULL;
	child = child_start(&plan, err);
	if (child == NULL)
		return NULL;
	child->next = fleet->children;
	fleet->children = child;
	return child;
}

/* ---- life ---- */

struct fleet *
fleet_new(const struct fleet_config *config)
{
	struct fleet *fleet = xcalloc(1, sizeof(*fleet));
	const char *slash = strrchr(config->operand, '/');

	fleet->config = *config;
	fleet->label = slash != NULL ? slash + 1 : config->operand;
	fleet->nslots = config->workers;
	fleet->slots = xcalloc(config->workers, sizeof(*fleet->slots));
	for (unsigned i = 0; i < fleet->nslots; i++) {
		fleet->slots[i].fleet = fleet;
		fleet->slots[i].number = i;
	}
	uuid_make(fleet->uuid);
	return fleet;
}

void
fleet_free(struct fleet *fleet)
{
	if (fleet == NULL)
		return;
	while (fleet->children != NULL) {
		struct child *first = fleet->children;
		fleet->children = first->next;
		child_free(first);
	}
	for (unsigned i = 0; i < fleet->nslots; i++) {
		if (fleet->slots[i].timer != NULL)
			event_free(fleet->slots[i].timer);
		free(fleet->slots[i].why);
	}
	copy_unref(fleet->reload.copy);
	copy_unref(fleet->copy);
	free(fleet->slots);
	free(fleet->name);
	free(fleet->options);
	free(fleet->watcher);
	free(fleet);
}

const char *
fleet_name(const struct fleet *fleet)
{
	return fleet->name != NULL ? fleet->name : fleet->label;
}

int
fleet_check(struct fleet *fleet, struct error *err)
{
	struct elf_facts facts;

	if (fleet_validate(fleet, &facts, err) != 0)
		return -1;
	fleet->copy = fleet_copy(fleet, &facts, err);
	return fleet->copy != NULL ? 0 : -1;
}

bool
fleet_is_well(const struct fleet *fleet)
{
	for (unsigned i = 0; i < fleet->nslots; i++)
		if (fleet->slots[i].state != SLOT_OPEN)
			return false;
	return true;
}

int
fleet_start(struct fleet *fleet, struct error *err)
{
	for (unsigned i = 0; i < fleet->nslots; i++)
		if (slot_start(&fleet->slots[i], err) != 0)
			return -1;
	return 0;
}

void
fleet_stop(struct fleet *fleet)
{
	if (fleet->stopping)
		return;
	fleet->stopping = true;
	reload_abort(fleet);
	for (unsigned i = 0; i < fleet->nslots; i++)
		slot_stop(&fleet->slots[i]);
	for (struct child *c = fleet->children; c != NULL; c = c->next) {
		child_stop(c);
		/* The worker still accepts what has been queued. */
		sockets_release(fleet->config.room->sockets, c->id);
	}
	end_if_empty(fleet);
}

void
fleet_kill(struct fleet *fleet)
{
	for (struct child *c = fleet->children; c != NULL; c = c->next)
		child_kill(c);
}

void
fleet_reopen_logs(struct fleet *fleet)
{
	for (struct child *c = fleet->children; c != NULL; c = c->next)
		child_reopen_logs(c);
}

bool
fleet_reaped(struct fleet *fleet, pid_t pid, int status)
{
	for (struct child *c = fleet->children; c != NULL; c = c->next)
		if (c->pid == pid) {
			child_reaped(c, status);
			return true;
		}
	return false;
}
