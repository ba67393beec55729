#include "transports/schedule/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/clock.h"
#include "transports/schedule/calendar.h"
#include "transports/schedule/zone.h"
#include "transports/schedule/zones.h"

#define FORECASTS 3

/* ---- checks ---- */

static int
check_numbers(const struct tomo_schedule_spec *spec,
    const struct timing *timing, struct error *err)
{
	if (spec->overlap > TOMO_OVERLAP_ALLOW)
		return error_set(err,
		    "overlap: want TOMO_OVERLAP_SKIP or "
		    "TOMO_OVERLAP_ALLOW, got %u",
		    spec->overlap);
	if (spec->max_running > 0 && spec->overlap != TOMO_OVERLAP_ALLOW)
		return error_set(
		    err, "max_running: only with TOMO_OVERLAP_ALLOW");
	if (spec->jitter_seconds > DAY_S)
		return error_set(err, "jitter_seconds: want 0 to %d, got %u",
		    (int)DAY_S, spec->jitter_seconds);
	if (timing->every_s > 0 && spec->jitter_seconds >= timing->every_s)
		return error_set(err,
		    "jitter_seconds: want less than the "
		    "interval of %lld seconds, got %u",
		    (long long)timing->every_s, spec->jitter_seconds);
	if (timing->every_s > 0 && spec->catch_up)
		return error_set(err,
		    "catch_up: only for times of a clock; seconds are "
		    "not missed when it is set");
	return 0;
}

int
row_timing(struct timing *timing, const struct tomo_schedule_spec *spec,
    struct error *err)
{
	if (spec->interval != NULL && spec->timestamp != NULL)
		return error_set(
		    err, "both an interval and a timestamp: want one");
	if (spec->interval != NULL)
		return timing_parse_interval(timing, spec->interval, err);
	if (spec->timestamp != NULL)
		return timing_parse_timestamp(timing, spec->timestamp, err);
	return error_set(err, "neither an interval nor a timestamp: want one");
}

int
row_zone(const struct zone **zone, const struct tomo_schedule_spec *spec,
    const struct timing *timing, struct error *err)
{
	*zone = NULL;
	if (timing->every_s > 0 && spec->timezone == NULL)
		return 0;
	*zone = zones_find(spec->timezone, err);
	return *zone != NULL ? 0 : -1;
}

int
row_check(const void *row, struct error *err)
{
	const struct tomo_schedule_spec *spec = row;
	const struct zone *zone;
	struct timing timing;

	if (spec->fn == NULL)
		return error_set(err, "no function");
	if (row_timing(&timing, spec, err) < 0 ||
	    check_numbers(spec, &timing, err) < 0)
		return -1;
	return row_zone(&zone, spec, &timing, err);
}

/* ---- words ---- */

const char *
row_text(const struct tomo_schedule_spec *spec)
{
	return spec->interval != NULL ? spec->interval : spec->timestamp;
}

void
row_describe(const void *row, char *text, size_t size)
{
	const struct tomo_schedule_spec *spec = row;

	snprintf(text, size, "%s%s%s", row_text(spec),
	    spec->timezone != NULL ? " " : "",
	    spec->timezone != NULL ? spec->timezone : "");
}

const char *
row_function(const void *row)
{
	return ((const struct tomo_schedule_spec *)row)->function;
}

/* "2026-12-24 18:00:00 +0100" */
static void
append_time(char *text, size_t size, const struct zone *zone, int64_t unix_s)
{
	const int32_t offset_s = zone_at(zone, unix_s).offset_s;
	const int64_t wall_s = unix_s + offset_s;
	const int64_t day = calendar_divide(wall_s, DAY_S);
	const struct date date = calendar_date(day);
	const unsigned second = (unsigned)(wall_s - day * DAY_S);
	const unsigned ahead = (unsigned)abs(offset_s) / 60;
	const size_t used = strlen(text);

	snprintf(text + used, size - used,
	    "%04d-%02u-%02u %02u:%02u:%02u %c%02u%02u", (int)date.year,
	    date.month, date.day, second / 3600, second / 60 % 60, second % 60,
	    offset_s < 0 ? '-' : '+', ahead / 60, ahead % 60);
}

static void
append(char *text, size_t size, const char *more)
{
	const size_t used = strlen(text);

	snprintf(text + used, size - used, "%s", more);
}

void
row_forecast(const void *row, char *text, size_t size)
{
	const struct tomo_schedule_spec *spec = row;
	int64_t at_s = clock_unix_us() / 1000000;
	const struct zone *zone;
	struct timing timing;
	int found = 0;

	snprintf(text, size, "next ");
	zone = zones_find(spec->timezone, NULL);
	if (zone == NULL || row_timing(&timing, spec, NULL) < 0) {
		append(text, size, "unknown");
		return;
	}
	while (found < FORECASTS && timing_next(&timing, zone, at_s, &at_s)) {
		append(text, size, found++ > 0 ? ", " : "");
		append_time(text, size, zone, at_s);
	}
	if (found < FORECASTS)
		append(text, size, found > 0 ? ", then never" : "never");
}
