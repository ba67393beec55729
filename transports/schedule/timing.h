/* When something is due: every so many seconds, or at times of a wall clock. */
#ifndef TRANSPORTS_SCHEDULE_TIMING_H
#define TRANSPORTS_SCHEDULE_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/error.h"
#include "transports/schedule/cron.h"

struct zone;

struct timing {
	int64_t every_s;  /* 0: see cron */
	struct cron cron; /* with a second, for a timestamp */
};

/*
 * Reads a cron expression, "every 5 seconds", "5s", "5", or an alias such as
 * "hourly" or "every monday"; in any case.  Returns 0, or -1 with the reason.
 */
int timing_parse_interval(
    struct timing *timing, const char *text, struct error *err);

/* "2026-06-15 10:16[:11]", once; or "10:16[:11]", each day. */
int timing_parse_timestamp(
    struct timing *timing, const char *text, struct error *err);

/* Whether it follows time as it passes, so that a change of the wall clock's
 * offset does not concern it: seconds, and what runs in every hour. */
bool timing_is_elapsed(const struct timing *timing);

/*
 * The first time after after_s; both in seconds since 1970, UTC.  A time that
 * the wall clock jumps over is due the second after the jump; one that it shows
 * twice is due when it does so first.  zone may be NULL for seconds.  Returns
 * false when there is none.
 */
bool timing_next(const struct timing *timing, const struct zone *zone,
    int64_t after_s, int64_t *next_s);

#endif
