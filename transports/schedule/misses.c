#include "transports/schedule/misses.h"

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/service/service.h"
#include "transports/schedule/row.h"

#define LOGGER "tomodachi.schedule"

#define NAMED 10
#define SETTLE_MS 10000

static const char *const reasons[] = {
	[PLANNER_CLOCK_WAS_SET] = "the clock was set past it",
	[PLANNER_LATE] = "the run before it came too late",
};

void
misses_add(struct misses *misses, const struct schedule_row *row, int64_t due_s,
    enum planner_reason reason)
{
	if (misses->count == 0)
		misses->since_ms = clock_ms();
	if (++misses->count > NAMED)
		return;
	log_record(LOGGER, TOMO_LOG_WARNING, "run missed",
	    TOMO_LOG_STR("service", service_name(row->service)),
	    TOMO_LOG_STR("handler", row->spec->function),
	    TOMO_LOG_STR("interval", row_text(row->spec)),
	    TOMO_LOG_INT("due", due_s),
	    TOMO_LOG_STR("reason", reasons[reason]));
}

void
misses_settle(
    struct misses *misses, const struct service *service, bool in_time)
{
	if (misses->count == 0 ||
	    (!in_time && clock_ms() - misses->since_ms < SETTLE_MS))
		return;
	if (misses->count > NAMED)
		log_record(LOGGER, TOMO_LOG_WARNING, "more runs missed",
		    TOMO_LOG_STR("service", service_name(service)),
		    TOMO_LOG_INT("rows", (int64_t)misses->count - NAMED));
	misses->count = 0;
}
