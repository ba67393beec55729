#include "transports/schedule/run.h"

#include <string.h>

#include <tomodachi/schedule.h>

#include "runtime/base/log.h"
#include "runtime/service/call.h"
#include "runtime/service/service.h"
#include "transports/schedule/row.h"

#define LOGGER "tomodachi.schedule"

/* What a call of TOMO_KIND_SCHEDULE has as its data. */
struct run {
	struct schedule_row *row;
	int64_t due_s;
};

/* ---- ends ---- */

static void
report(const struct tomo_call *call)
{
	const struct run *run = call->data;

	/* Cut short by a stop, which is what it was to be. */
	if (call->code == TOMO_ECANCELLED && service_is_ending(call->service))
		return;
	log_record(LOGGER, TOMO_LOG_ERROR, "scheduled function failed",
	    TOMO_LOG_STR("service", service_name(call->service)),
	    TOMO_LOG_STR("handler", call->function),
	    TOMO_LOG_STR("interval", row_text(run->row->spec)),
	    TOMO_LOG_STR("code", call_code_name(call->code)),
	    TOMO_LOG_STR("error", call->error != NULL ? call->error : ""));
}

static void
on_end(struct tomo_call *call)
{
	const struct run *run = call->data;

	run->row->running--;
	if (call->code < 0)
		report(call);
}

/* ---- begins ---- */

/* The first of many is worth a warning; how many it were is told later. */
static void
skip(struct schedule_row *row, int64_t due_s, const char *reason)
{
	log_record(LOGGER,
	    row->skipped++ == 0 ? TOMO_LOG_WARNING : TOMO_LOG_DEBUG,
	    "run skipped", TOMO_LOG_STR("service", service_name(row->service)),
	    TOMO_LOG_STR("handler", row->spec->function),
	    TOMO_LOG_STR("interval", row_text(row->spec)),
	    TOMO_LOG_INT("due", due_s), TOMO_LOG_STR("reason", reason));
}

static void
tell_skipped(struct schedule_row *row)
{
	log_record(LOGGER, TOMO_LOG_INFO, "runs go on",
	    TOMO_LOG_STR("service", service_name(row->service)),
	    TOMO_LOG_STR("handler", row->spec->function),
	    TOMO_LOG_STR("interval", row_text(row->spec)),
	    TOMO_LOG_INT("skipped", (int64_t)row->skipped));
	row->skipped = 0;
}

void
run_start(struct schedule_row *row, int64_t due_s)
{
	struct tomo_call *call;
	struct run *run;

	if (row->running >= row->max_running) {
		skip(row, due_s,
		    row->max_running == 1 ? "the last one goes on"
					  : "as many as max_running go on");
		return;
	}
	call = call_new(row->service, TOMO_KIND_SCHEDULE, row->spec->fn,
	    row->spec->function);
	run = call_keep(call, sizeof(*run));
	*run = (struct run) { .row = row, .due_s = due_s };
	call->data = run;
	row->running++;
	if (call_start(call, on_end) == 0) {
		if (row->skipped > 0)
			tell_skipped(row);
		return;
	}
	row->running--;
	call_drop(call);
	skip(row, due_s, "runtime.max_calls is reached, or no stack to be had");
}

/* ---- what a call can ask ---- */

void
run_handling(const struct tomo_call *call, char *text, size_t size)
{
	const struct run *run = call->data;

	text[0] = '\0';
	strncat(text, row_text(run->row->spec), size - 1);
}

static const struct run *
run_of(const struct tomo_call *call, const char *function)
{
	if (call->kind == TOMO_KIND_SCHEDULE)
		return call->data;
	call_wrong_kind(call, function);
	return NULL;
}

int64_t
tomo_schedule_time(const struct tomo_call *call)
{
	const struct run *run = run_of(call, "tomo_schedule_time");

	return run != NULL ? run->due_s : 0;
}

const char *
tomo_schedule_interval(const struct tomo_call *call)
{
	const struct run *run = run_of(call, "tomo_schedule_interval");

	return run != NULL ? row_text(run->row->spec) : NULL;
}
