#include "transports/schedule/calendar.h"

#include <stdbool.h>

/* Days of 400 years, and from 0000-03-01 to 1970-01-01. */
#define ERA_DAYS 146097
#define EPOCH 719468

int64_t
calendar_divide(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* A year that begins in March ends with the one day that comes and goes. */
int64_t
calendar_day(const struct date *date)
{
	const int64_t year = date->year - (date->month <= 2);
	const int64_t era = calendar_divide(year, 400);
	const int64_t of_era = year - era * 400;
	const int64_t month = (date->month + 9) % 12;
	const int64_t of_year = (153 * month + 2) / 5 + date->day - 1;

	return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - EPOCH;
}

struct date
calendar_date(int64_t day)
{
	const int64_t era = calendar_divide(day + EPOCH, ERA_DAYS);
	const int64_t of_era = day + EPOCH - era * ERA_DAYS;
	const int64_t year = (of_era - of_era / 1460 + of_era / 36524 -
				 of_era / 146096) /
	    365;
	const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	const int64_t month = (5 * of_year + 2) / 153;
	const unsigned shown = (unsigned)(month < 10 ? month + 3 : month - 9);

	return (struct date) {
		.year = era * 400 + year + (shown <= 2),
		.month = shown,
		.day = (unsigned)(of_year - (153 * month + 2) / 5 + 1),
	};
}

unsigned
calendar_weekday(int64_t day)
{
	/* 1970-01-01 was a Thursday. */
	return (unsigned)((day % 7 + 11) % 7);
}

unsigned
calendar_month_days(int64_t year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31,
		30, 31, 30, 31 };
	const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}
