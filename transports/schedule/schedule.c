#include "transports/schedule/schedule.h"

#include <stdlib.h>

#include <event2/event.h>

#include <tomodachi/schedule.h>

#include "runtime/base/alloc.h"
#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/wall_alarm.h"
#include "runtime/service/module.h"
#include "runtime/service/service.h"
#include "transports/schedule/misses.h"
#include "transports/schedule/planner.h"
#include "transports/schedule/row.h"
#include "transports/schedule/run.h"

#define LOGGER "tomodachi.schedule"

/* Runs of a row that may overlap and says no number. */
#define MAX_RUNNING 20

/* After so long with many rows due, others have their turn. */
#define TURN_MS 5

struct schedule {
	struct service *service;
	struct schedule_row *rows;
	size_t nrows;
	struct planner *planner;
	struct wall_alarm *alarm;
	struct event *work;
	struct planner_now at; /* when it last woke */
	struct misses misses;
	size_t opened;    /* rows before that one have begun, if .immediately */
	int64_t opened_s; /* since 1970 */
	bool draining;    /* holds the service until the newer one takes over */
};

static struct schedule *
schedule_of(struct service *service)
{
	return *service_data(service, &schedule_transport);
}

/* Again if something held us between the two, which would be a step. */
static struct planner_now
now(void)
{
	struct planner_now now;

	do {
		now.monotonic_ms = clock_ms();
		now.unix_ms = clock_unix_us() / 1000;
	} while (clock_ms() - now.monotonic_ms > TURN_MS);
	return now;
}

/* ---- rows that are due ---- */

static void
on_due(void *arg, size_t row, int64_t due_s)
{
	struct schedule *schedule = arg;

	run_start(&schedule->rows[row], due_s);
}

static void
on_missed(void *arg, size_t row, int64_t due_s, enum planner_reason reason)
{
	struct schedule *schedule = arg;

	misses_add(&schedule->misses, &schedule->rows[row], due_s, reason);
}

static const struct planner_events planner_events = {
	.due = on_due,
	.missed = on_missed,
};

/* The newer generation has taken over, and what was due before has begun. */
static void
finish(struct schedule *schedule)
{
	if (!schedule->draining)
		return;
	schedule->draining = false;
	service_release(schedule->service);
}

static void
look_at_clock(struct schedule *schedule, const struct planner_now *at)
{
	const int64_t step_ms = planner_clock_was_set(schedule->planner, at);

	if (step_ms != 0)
		log_record(LOGGER, TOMO_LOG_WARNING, "clock was set",
		    TOMO_LOG_STR("service", service_name(schedule->service)),
		    TOMO_LOG_INT("by_ms", step_ms));
}

/* Begins the next of the runs of .immediately; returns whether there is one. */
static bool
open_row(struct schedule *schedule)
{
	struct schedule_row *row;

	while (schedule->opened < schedule->nrows) {
		row = &schedule->rows[schedule->opened++];
		if (!row->spec->immediately)
			continue;
		run_start(row, schedule->opened_s);
		return true;
	}
	return false;
}

static void
on_work(evutil_socket_t fd, short what, void *arg)
{
	struct schedule *schedule = arg;
	const struct planner_now at = schedule->at;
	const int64_t turn_ends_ms = clock_ms() + TURN_MS;
	int64_t next_ms;

	(void)fd;
	(void)what;
	look_at_clock(schedule, &at);
	/* Known as soon as a drain begins, long before a slow stopping hook lets
	 * go of us. */
	if (schedule->service->until_unix_ms != INT64_MAX)
		planner_end(
		    schedule->planner, schedule->service->until_unix_ms);
	while (
	    planner_step(schedule->planner, &at) && clock_ms() < turn_ends_ms)
		;
	while (open_row(schedule) && clock_ms() < turn_ends_ms)
		;
	next_ms = planner_next_ms(schedule->planner);
	misses_settle(
	    &schedule->misses, schedule->service, next_ms > at.unix_ms);
	if (next_ms == INT64_MAX)
		finish(schedule);
	/* At once, if there is more to open. */
	wall_alarm_set(
	    schedule->alarm, schedule->opened < schedule->nrows ? 0 : next_ms);
}

/*
 * In the next pass, for what is due now: a drain that came while a handler held
 * the loop is read first, and knows whose the later runs are.
 */
static void
wake(struct schedule *schedule)
{
	static const struct timeval at_once = { 0 };

	schedule->at = now();
	event_add(schedule->work, &at_once);
}

static void
on_alarm(void *arg)
{
	wake(arg);
}

/* ---- rows ---- */

static int
add_row(struct schedule *schedule, const struct tomo_schedule_spec *spec,
    struct error *err)
{
	struct schedule_row *row = &schedule->rows[schedule->nrows];
	struct plan plan = { .jitter_s = spec->jitter_seconds,
		.catch_up = spec->catch_up != 0 };

	row->service = schedule->service;
	row->spec = spec;
	row->max_running = 1;
	if (spec->overlap == TOMO_OVERLAP_ALLOW)
		row->max_running = spec->max_running > 0 ? spec->max_running
							 : MAX_RUNNING;
	if (row_timing(&row->timing, spec, err) < 0)
		return -1;
	if (row_zone(&row->zone, spec, &row->timing, err) < 0)
		return -1;
	plan.timing = &row->timing;
	plan.zone = row->zone;
	planner_add(schedule->planner, &plan);
	schedule->nrows++;
	return 0;
}

/* Whether this worker has it: the first one, unless all have. */
static const struct tomo_schedule_spec *
own_row(const struct service *service, size_t i)
{
	const struct row_kind *kind;
	const struct tomo_schedule_spec *spec = module_spec(
	    service->module, i, &kind);

	if (kind->kind != TOMO_KIND_SCHEDULE ||
	    (service->slot > 0 && !spec->every_worker))
		return NULL;
	return spec;
}

static int
add_rows(struct schedule *schedule, struct error *err)
{
	const struct service *service = schedule->service;
	const size_t count = module_rows(service->module);
	size_t own = 0;

	for (size_t i = 0; i < count; i++)
		own += own_row(service, i) != NULL;
	schedule->rows = xcalloc(own + 1, sizeof(*schedule->rows));
	for (size_t i = 0; i < count; i++) {
		const struct tomo_schedule_spec *spec = own_row(service, i);
		if (spec != NULL && add_row(schedule, spec, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- life ---- */

static void
schedule_free(struct schedule *schedule)
{
	wall_alarm_free(schedule->alarm);
	if (schedule->work != NULL)
		event_free(schedule->work);
	planner_free(schedule->planner);
	free(schedule->rows);
	free(schedule);
}

static int
attach(struct service *service, struct error *err)
{
	struct schedule *schedule = xcalloc(1, sizeof(*schedule));

	schedule->service = service;
	schedule->planner = planner_new(&planner_events, schedule);
	if (add_rows(schedule, err) < 0)
		goto fail;
	if (schedule->nrows == 0) {
		schedule_free(schedule);
		return 0;
	}
	schedule->alarm = wall_alarm_new(
	    service->loop, on_alarm, schedule, err);
	schedule->work = event_new(
	    loop_base(service->loop), -1, 0, on_work, schedule);
	if (schedule->alarm == NULL)
		goto fail;
	if (schedule->work == NULL) {
		error_set(err, "schedule: no memory for an event");
		goto fail;
	}
	*service_data(service, &schedule_transport) = schedule;
	return 0;

fail:
	schedule_free(schedule);
	return -1;
}

/* A timestamp or a year that has passed is no fault, but may be a mistake. */
static void
warn_of_the_past(const struct schedule *schedule)
{
	for (size_t row = 0; row < schedule->nrows; row++) {
		const struct tomo_schedule_spec *spec = schedule->rows[row]
							    .spec;

		if (planner_due_s(schedule->planner, row) != INT64_MAX ||
		    spec->immediately)
			continue;
		log_record(LOGGER, TOMO_LOG_WARNING, "never runs",
		    TOMO_LOG_STR("service", service_name(schedule->service)),
		    TOMO_LOG_STR("handler", spec->function),
		    TOMO_LOG_STR("interval", row_text(spec)),
		    TOMO_LOG_STR("reason", "all its times have passed"));
	}
}

static void
open_schedule(struct service *service)
{
	struct schedule *schedule = schedule_of(service);
	const struct planner_now at = now();

	if (schedule == NULL)
		return;
	planner_start(schedule->planner, service->since_unix_ms, &at);
	warn_of_the_past(schedule);
	schedule->opened_s = at.unix_ms / 1000;
	wake(schedule);
}

/*
 * At a reload it goes on until the instant that both generations were told;
 * what jitter has delayed begins at once.  Otherwise nothing more begins.
 */
static void
shut(struct service *service)
{
	struct schedule *schedule = schedule_of(service);
	const int64_t until_ms = service->until_unix_ms;

	schedule->opened = schedule->nrows;
	planner_end(
	    schedule->planner, until_ms != INT64_MAX ? until_ms : INT64_MIN);
	planner_hurry(schedule->planner);
	if (planner_next_ms(schedule->planner) != INT64_MAX) {
		schedule->draining = true;
		service_hold(service);
	}
	wake(schedule);
}

static void
cut(struct service *service)
{
	struct schedule *schedule = schedule_of(service);

	planner_end(schedule->planner, INT64_MIN);
	finish(schedule);
}

static void
detach(struct service *service)
{
	schedule_free(schedule_of(service));
	*service_data(service, &schedule_transport) = NULL;
}

static const struct row_kind kinds[] = {
	{ .kind = TOMO_KIND_SCHEDULE,
	    .name = "TOMO_SCHEDULE",
	    .spec_size = sizeof(struct tomo_schedule_spec),
	    .check = row_check,
	    .describe = row_describe,
	    .function = row_function,
	    .handling = run_handling },
	{ .kind = 0 },
};

const struct transport schedule_transport = {
	.name = "schedule",
	.kinds = kinds,
	.attach = attach,
	.open = open_schedule,
	.shut = shut,
	.cut = cut,
	.detach = detach,
	.forecast = row_forecast,
};
