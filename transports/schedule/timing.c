#include "transports/schedule/timing.h"

#include "transports/schedule/calendar.h"
#include "transports/schedule/zone.h"

bool
timing_is_elapsed(const struct timing *timing)
{
	return timing->every_s > 0 || timing->cron.every_hour;
}

/* ---- times of a wall clock ---- */

/*
 * The earliest time of the wall clock that has not come before from_s, counting
 * only when each came first.
 */
static int64_t
first_wall(const struct zone *zone, int64_t from_s)
{
	const struct zone_span span = zone_at(zone, from_s);
	int32_t before_s;

	if (span.from_s == INT64_MIN)
		return from_s + span.offset_s;
	before_s = zone_at(zone, span.from_s - 1).offset_s;
	/* What was jumped over is due in the first second after it. */
	if (from_s == span.from_s && before_s < span.offset_s)
		return from_s + before_s;
	/* Set back: what has been before does not come again. */
	if (from_s + span.offset_s < span.from_s + before_s)
		return span.from_s + before_s;
	return from_s + span.offset_s;
}

static bool
next_wall(const struct cron *cron, const struct zone *zone, int64_t after_s,
    int64_t *next_s)
{
	int64_t wall_s;

	if (!cron_next(cron, first_wall(zone, after_s + 1), &wall_s))
		return false;
	*next_s = zone_instant(zone, wall_s);
	return true;
}

/* ---- in every hour ---- */

/*
 * Whether a time that the wall clock jumps over, from wall_s on, has nobody to
 * stand in for it: the same minute of the hour after the jump does.
 */
static bool
is_skipped(const struct cron *cron, int64_t wall_s, int64_t end_s, int64_t by_s)
{
	int64_t stand_in_s;

	while (wall_s < end_s) {
		if (!cron_next(cron, wall_s + by_s, &stand_in_s) ||
		    stand_in_s != wall_s + by_s)
			return true;
		if (!cron_next(cron, wall_s + 1, &wall_s))
			return false;
	}
	return false;
}

static bool
next_elapsed(const struct cron *cron, const struct zone *zone, int64_t after_s,
    int64_t *next_s)
{
	struct zone_span span = zone_at(zone, after_s);
	int64_t from_s = after_s + 1, wall_s;

	while (cron_next(cron, from_s + span.offset_s, &wall_s)) {
		struct zone_span later;

		*next_s = wall_s - span.offset_s;
		if (*next_s < span.to_s)
			return true;
		later = zone_at(zone, span.to_s);
		if (is_skipped(cron, wall_s, span.to_s + later.offset_s,
			later.offset_s - span.offset_s)) {
			*next_s = span.to_s;
			return true;
		}
		/* Nothing matches until shortly before wall_s. */
		from_s = *next_s - 2 * ZONE_OFFSET_MAX;
		if (from_s < span.to_s)
			from_s = span.to_s;
		span = zone_at(zone, from_s);
	}
	return false;
}

bool
timing_next(const struct timing *timing, const struct zone *zone,
    int64_t after_s, int64_t *next_s)
{
	if (timing->every_s > 0) {
		*next_s = after_s + timing->every_s;
		return true;
	}
	return timing_is_elapsed(timing)
	    ? next_elapsed(&timing->cron, zone, after_s, next_s)
	    : next_wall(&timing->cron, zone, after_s, next_s);
}
