#include "transports/http/date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECONDS_PER_YEAR INT64_C(31556952)

struct names {
	int count;
	const char *text[12];
};

/*
 * Not from the C library: a service may have set a locale, and the names would
 * be those of its language.
 */
static const struct names days = { 7,
	{ "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	    "Saturday" } };
static const struct names months = { 12,
	{ "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
	    "Nov", "Dec" } };

void
date_write(int64_t unix_s, char out[DATE_SIZE])
{
	const time_t seconds = (time_t)unix_s;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL || tm.tm_year < -1900 ||
	    tm.tm_year > 9999 - 1900) {
		memcpy(out, "Thu, 01 Jan 1970 00:00:00 GMT", DATE_SIZE);
		return;
	}
	snprintf(out, DATE_SIZE, "%.3s, %02d %s %04d %02d:%02d:%02d GMT",
	    days.text[tm.tm_wday], tm.tm_mday, months.text[tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* ---- reading: each takes its part off *at, or returns false ---- */

static bool
take_text(const char **at, const char *text)
{
	const size_t len = strlen(text);

	if (strncmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

/* So many digits, and nothing else. */
static bool
take_number(const char **at, int digits, int max, int *number)
{
	*number = 0;
	for (; digits > 0; digits--, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*number = *number * 10 + (**at - '0');
	}
	return *number <= max;
}

/* One of the names, or its first three letters. */
static bool
take_name(const char **at, const struct names *names, bool whole, int *which)
{
	for (*which = 0; *which < names->count; (*which)++) {
		const char *name = names->text[*which];
		const size_t len = whole ? strlen(name) : 3;

		if (strncmp(*at, name, len) == 0) {
			*at += len;
			return true;
		}
	}
	return false;
}

static bool
take_time(const char **at, struct tm *tm)
{
	return take_number(at, 2, 23, &tm->tm_hour) && take_text(at, ":") &&
	    take_number(at, 2, 59, &tm->tm_min) && take_text(at, ":") &&
	    take_number(at, 2, 60, &tm->tm_sec);
}

/* ---- the three forms ---- */

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool
read_fixed(const char *at, struct tm *tm)
{
	return take_name(&at, &days, false, &tm->tm_wday) &&
	    take_text(&at, ", ") && take_number(&at, 2, 31, &tm->tm_mday) &&
	    take_text(&at, " ") &&
	    take_name(&at, &months, false, &tm->tm_mon) &&
	    take_text(&at, " ") && take_number(&at, 4, 9999, &tm->tm_year) &&
	    take_text(&at, " ") && take_time(&at, tm) &&
	    strcmp(at, " GMT") == 0;
}

/* "Sun Nov  6 08:49:37 1994" */
static bool
read_asctime(const char *at, struct tm *tm)
{
	return take_name(&at, &days, false, &tm->tm_wday) &&
	    take_text(&at, " ") &&
	    take_name(&at, &months, false, &tm->tm_mon) &&
	    take_text(&at, " ") &&
	    take_number(&at, take_text(&at, " ") ? 1 : 2, 31, &tm->tm_mday) &&
	    take_text(&at, " ") && take_time(&at, tm) && take_text(&at, " ") &&
	    take_number(&at, 4, 9999, &tm->tm_year) && *at == '\0';
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static bool
read_short_year(const char *at, struct tm *tm)
{
	return take_name(&at, &days, true, &tm->tm_wday) &&
	    take_text(&at, ", ") && take_number(&at, 2, 31, &tm->tm_mday) &&
	    take_text(&at, "-") &&
	    take_name(&at, &months, false, &tm->tm_mon) &&
	    take_text(&at, "-") && take_number(&at, 2, 99, &tm->tm_year) &&
	    take_text(&at, " ") && take_time(&at, tm) &&
	    strcmp(at, " GMT") == 0;
}

bool
date_read(const char *text, int64_t now_s, int64_t *unix_s)
{
	struct tm tm = { 0 };
	int64_t seconds;

	if (read_fixed(text, &tm) || read_asctime(text, &tm)) {
		tm.tm_year -= 1900;
		*unix_s = timegm(&tm);
		return true;
	}
	if (!read_short_year(text, &tm))
		return false;
	tm.tm_year += 100;
	seconds = timegm(&tm);
	while (seconds > now_s + 50 * SECONDS_PER_YEAR) {
		tm.tm_year -= 100;
		seconds = timegm(&tm);
	}
	*unix_s = seconds;
	return true;
}
