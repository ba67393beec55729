/*
 * Days and dates of the Gregorian calendar.  Days are counted from 1970-01-01,
 * before it below zero.
 */
#ifndef TRANSPORTS_SCHEDULE_CALENDAR_H
#define TRANSPORTS_SCHEDULE_CALENDAR_H

#include <stdint.h>

#define DAY_S INT64_C(86400)

struct date {
	int64_t year;
	unsigned month; /* 1 to 12 */
	unsigned day;   /* 1 to 31 */
};

int64_t calendar_day(const struct date *date);
struct date calendar_date(int64_t day);

/* 0 is Sunday. */
unsigned calendar_weekday(int64_t day);
unsigned calendar_month_days(int64_t year, unsigned month);

/* Rounds towards the past, as C's division does not; by is above zero. */
int64_t calendar_divide(int64_t value, int64_t by);

#endif
