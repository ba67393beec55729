#include "transports/schedule/cron.h"

#include "transports/schedule/calendar.h"

#define DAY_MINUTES 1440

/* Days that repeat every seven, from a mask of the first seven. */
#define EACH_WEEK UINT32_C(0x10204081)

static bool
has_year(const struct cron *cron, int64_t year)
{
	const unsigned bit = (unsigned)(year - CRON_FIRST_YEAR);

	return cron->years[bit / 64] >> bit % 64 & 1;
}

/* The days of a month that match; bit 0 is the first. */
static uint32_t
days_of(const struct cron *cron, int64_t year, unsigned month)
{
	const struct date first = { year, month, 1 };
	const unsigned weekday = calendar_weekday(calendar_day(&first));
	const unsigned count = calendar_month_days(year, month);
	const uint32_t all = UINT32_MAX >> (32 - count);
	const uint32_t week = (cron->weekdays >> weekday |
				  cron->weekdays << (7 - weekday)) &
	    127;
	uint32_t days = cron->days >> 1 & all;
	uint32_t weekdays = week * EACH_WEEK & all;

	if (cron->last_day)
		days &= all ^ all >> 1;
	if (cron->last_weekday)
		weekdays &= all ^ all >> 7;
	if (cron->every_weekday)
		return days;
	if (cron->every_day)
		return weekdays;
	/* Both are named: either will do. */
	return days | weekdays;
}

/* The first matching day from that one on, or -1. */
static int64_t
next_day(const struct cron *cron, int64_t from)
{
	struct date at = calendar_date(from < 0 ? 0 : from);

	for (; at.year <= CRON_LAST_YEAR; at.year++, at.month = at.day = 1) {
		if (!has_year(cron, at.year))
			continue;
		for (; at.month <= 12; at.month++, at.day = 1) {
			uint32_t days;
			if (!(cron->months >> at.month & 1))
				continue;
			days = days_of(cron, at.year, at.month) >> (at.day - 1)
				<< (at.day - 1);
			if (days == 0)
				continue;
			at.day = (unsigned)__builtin_ctz(days) + 1;
			return calendar_day(&at);
		}
	}
	return -1;
}

/* The first matching minute of a day from that one on, or -1. */
static int
next_minute(const struct cron *cron, int from)
{
	const int hour = from / 60;
	const uint64_t left = cron->minutes >> from % 60 << from % 60;
	uint32_t later;

	if (cron->hours >> hour & 1 && left != 0)
		return hour * 60 + __builtin_ctzll(left);
	later = (uint32_t)((uint64_t)cron->hours >> (hour + 1) << (hour + 1));
	if (later == 0)
		return -1;
	return __builtin_ctz(later) * 60 + __builtin_ctzll(cron->minutes);
}

bool
cron_next(const struct cron *cron, int64_t from_s, int64_t *next_s)
{
	const int64_t from = calendar_divide(from_s - cron->second + 59, 60);
	int64_t day = calendar_divide(from, DAY_MINUTES), found;
	int minute = -1;

	found = next_day(cron, day);
	if (found >= 0)
		minute = next_minute(
		    cron, found == day ? (int)(from - day * DAY_MINUTES) : 0);
	if (found >= 0 && minute < 0) {
		found = next_day(cron, day + 1);
		minute = next_minute(cron, 0);
	}
	if (found < 0)
		return false;
	*next_s = (found * DAY_MINUTES + minute) * 60 + cron->second;
	return true;
}
