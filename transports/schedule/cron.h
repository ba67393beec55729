/*
 * A cron expression: minute hour day month weekday [year].
 *
 * Its times are wall-clock times: seconds since 1970-01-01 00:00 of a clock
 * that knows no time zone; timing.h brings the zone.
 */
#ifndef TRANSPORTS_SCHEDULE_CRON_H
#define TRANSPORTS_SCHEDULE_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/error.h"

#define CRON_FIRST_YEAR 1970
#define CRON_LAST_YEAR 2099
#define CRON_YEAR_WORDS 3

/* Bit n stands for the value n; of years, for CRON_FIRST_YEAR + n. */
struct cron {
	uint64_t minutes;
	uint32_t hours;
	uint32_t days;
	uint32_t months;
	uint32_t weekdays; /* bit 0: Sunday */
	uint64_t years[CRON_YEAR_WORDS];
	unsigned second;    /* each time is so many seconds later */
	bool every_hour;    /* all hours are in hours */
	bool every_day;     /* the day field is "*" */
	bool every_weekday; /* the weekday field is "*" */
	bool last_day;      /* of those days, only the month's last */
	bool last_weekday;  /* of those weekdays, only the month's last */
};

/*
 * Reads an expression, or an alias such as "@daily".  Returns 0, or -1 with the
 * field and the reason; also when no day will ever match.
 */
int cron_parse(struct cron *cron, const char *text, struct error *err);

/*
 * The first time at or after from_s, by calculation.  Returns false when there
 * is none until the end of CRON_LAST_YEAR.
 */
bool cron_next(const struct cron *cron, int64_t from_s, int64_t *next_s);

#endif
