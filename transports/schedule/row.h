/* One row of TOMO_SCHEDULE: its spec, checked, and when it is due. */
#ifndef TRANSPORTS_SCHEDULE_ROW_H
#define TRANSPORTS_SCHEDULE_ROW_H

#include <stddef.h>

#include <tomodachi/schedule.h>

#include "runtime/base/error.h"
#include "transports/schedule/timing.h"

struct service;
struct zone;

struct schedule_row {
	struct service *service;
	const struct tomo_schedule_spec *spec;
	struct timing timing;
	const struct zone *zone; /* NULL: the timing needs none */
	uint32_t running, max_running;
	uint64_t skipped; /* since a run has begun */
};

/* Whether the spec can work; -1 with the reason.  Blocks on the zone's file. */
int row_check(const void *spec, struct error *err);

/* Reads the spec's interval or timestamp. */
int row_timing(struct timing *timing, const struct tomo_schedule_spec *spec,
    struct error *err);

/*
 * Finds the zone that the spec names, or the local one; NULL for seconds that
 * name none, which need none.  It lives as long as the process.
 */
int row_zone(const struct zone **zone, const struct tomo_schedule_spec *spec,
    const struct timing *timing, struct error *err);

/* "every 5 seconds", "18:00 Europe/Stockholm". */
void row_describe(const void *spec, char *text, size_t size);
const char *row_function(const void *spec);

/* The interval or timestamp, as it was written. */
const char *row_text(const struct tomo_schedule_spec *spec);

/* "next 2026-12-24 18:00:00 +0100, ...": three times, or why there is none. */
void row_forecast(const void *spec, char *text, size_t size);

#endif
