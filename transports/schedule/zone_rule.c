#include "transports/schedule/zone_rule.h"

#include <string.h>

#include "runtime/base/ascii.h"
#include "transports/schedule/calendar.h"
#include "transports/schedule/zone.h"

/* The years that may hold what comes before and after a moment of the second,
 * two changes in each. */
#define YEARS 3
#define CHANGES (2 * YEARS)

/* ---- notation ---- */

static bool
read_number(const char **at, int min, int max, int *value)
{
	const char *s = *at;
	int number = 0;

	if (!ascii_is_digit(*s))
		return false;
	for (; ascii_is_digit(*s); s++) {
		number = number * 10 + (*s - '0');
		if (number > max)
			return false;
	}
	*at = s;
	*value = number;
	return number >= min;
}

/* "EST", or "<+03>". */
static bool
skip_name(const char **at)
{
	const char *s = *at;
	const bool quoted = *s == '<';

	s += quoted;
	while (ascii_is_alpha(*s) ||
	    (quoted && (ascii_is_digit(*s) || *s == '+' || *s == '-')))
		s++;
	if (s - *at - quoted < 3 || (quoted && *s != '>'))
		return false;
	*at = s + quoted;
	return true;
}

/* [+-]hh[:mm[:ss]] */
static bool
read_time(const char **at, int max_hours, int32_t *seconds)
{
	const bool negative = **at == '-';
	int hours, minutes = 0, rest = 0;

	if (**at == '-' || **at == '+')
		++*at;
	if (!read_number(at, 0, max_hours, &hours))
		return false;
	if (**at == ':') {
		++*at;
		if (!read_number(at, 0, 59, &minutes))
			return false;
		if (**at == ':') {
			++*at;
			if (!read_number(at, 0, 59, &rest))
				return false;
		}
	}
	*seconds = (hours * 60 + minutes) * 60 + rest;
	if (negative)
		*seconds = -*seconds;
	return true;
}

static bool
read_month_weekday(const char **at, struct zone_day *day)
{
	++*at;
	if (!read_number(at, 1, 12, &day->month) || *(*at)++ != '.' ||
	    !read_number(at, 1, 5, &day->week) || *(*at)++ != '.')
		return false;
	return read_number(at, 0, 6, &day->weekday);
}

/* ",M3.5.0/2" */
static bool
read_day(const char **at, struct zone_day *day)
{
	bool ok;

	if (*(*at)++ != ',')
		return false;
	if (**at == 'M') {
		day->kind = ZONE_MONTH_WEEKDAY;
		ok = read_month_weekday(at, day);
	} else if (**at == 'J') {
		++*at;
		day->kind = ZONE_JULIAN;
		ok = read_number(at, 1, 365, &day->day);
	} else {
		day->kind = ZONE_DAY_OF_YEAR;
		ok = read_number(at, 0, 365, &day->day);
	}
	day->time_s = 2 * 3600;
	if (!ok || **at != '/')
		return ok;
	++*at;
	return read_time(at, 167, &day->time_s);
}

bool
zone_rule_parse(struct zone_rule *rule, const char *text)
{
	int32_t west;

	memset(rule, 0, sizeof(*rule));
	if (!skip_name(&text) || !read_time(&text, 24, &west))
		return false;
	rule->offset_s = -west;
	if (*text == '\0')
		return true;
	rule->has_summer = true;
	rule->summer_offset_s = rule->offset_s + 3600;
	if (!skip_name(&text))
		return false;
	if (*text != ',' && *text != '\0') {
		if (!read_time(&text, 24, &west))
			return false;
		rule->summer_offset_s = -west;
	}
	/* Without dates those of the United States are meant. */
	if (*text == '\0')
		text = ",M3.2.0,M11.1.0";
	return read_day(&text, &rule->summer) &&
	    read_day(&text, &rule->standard) && *text == '\0';
}

/* ---- moments ---- */

static int64_t
month_weekday(const struct zone_day *day, int64_t year)
{
	const unsigned month = (unsigned)day->month;
	const struct date first = { year, month, 1 };
	const int64_t begin = calendar_day(&first);
	const int behind = (day->weekday + 7 - (int)calendar_weekday(begin)) %
	    7;
	int number = behind + 7 * (day->week - 1);

	/* The fifth is the last. */
	if (number >= (int)calendar_month_days(year, month))
		number -= 7;
	return begin + number;
}

static int64_t
moment(const struct zone_day *day, int64_t year, int32_t offset_before_s)
{
	const struct date new_year = { year, 1, 1 };
	int64_t at = calendar_day(&new_year);

	switch (day->kind) {
	case ZONE_MONTH_WEEKDAY:
		at = month_weekday(day, year);
		break;
	case ZONE_JULIAN:
		at += day->day - 1 +
		    (day->day >= 60 && calendar_month_days(year, 2) == 29);
		break;
	case ZONE_DAY_OF_YEAR:
		at += day->day;
		break;
	}
	return at * DAY_S + day->time_s - offset_before_s;
}

/* Keeps the order of those at one moment. */
static void
insert(struct zone_change *changes, int count, struct zone_change change)
{
	for (; count > 0 && changes[count - 1].at_s > change.at_s; count--)
		changes[count] = changes[count - 1];
	changes[count] = change;
}

struct zone_span
zone_rule_at(const struct zone_rule *rule, int64_t unix_s)
{
	struct zone_span span = { INT64_MIN, INT64_MAX, rule->offset_s };
	struct zone_change changes[CHANGES];
	int64_t year;
	int next = 0;

	if (!rule->has_summer)
		return span;
	year = calendar_date(calendar_divide(unix_s, DAY_S)).year - 1;
	for (int i = 0; i < CHANGES; i += 2, year++) {
		insert(changes, i,
		    (struct zone_change) {
			moment(&rule->summer, year, rule->offset_s),
			rule->summer_offset_s });
		insert(changes, i + 1,
		    (struct zone_change) {
			moment(&rule->standard, year, rule->summer_offset_s),
			rule->offset_s });
	}
	while (next < CHANGES && changes[next].at_s <= unix_s)
		next++;
	if (next > 0) {
		span.from_s = changes[next - 1].at_s;
		span.offset_s = changes[next - 1].offset_s;
	}
	if (next < CHANGES)
		span.to_s = changes[next].at_s;
	return span;
}
