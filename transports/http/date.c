#include "transports/http/date.h"

#include <string.h>
#include <time.h>

#define SECONDS_PER_YEAR INT64_C(31556952)

void
date_write(int64_t unix_s, char out[DATE_SIZE])
{
	const time_t seconds = (time_t)unix_s;
	struct tm tm;

	/* The runner never leaves the C locale: these are the RFC's names. */
	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(out, DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", &tm) == 0)
		memcpy(out, "Thu, 01 Jan 1970 00:00:00 GMT", DATE_SIZE);
}

/* The whole text in one form. */
static bool
read_form(const char *text, const char *form, struct tm *tm)
{
	const char *end;

	memset(tm, 0, sizeof(*tm));
	end = strptime(text, form, tm);
	return end != NULL && *end == '\0';
}

bool
date_read(const char *text, int64_t now_s, int64_t *unix_s)
{
	struct tm tm;
	int64_t seconds;

	if (read_form(text, "%a, %d %b %Y %H:%M:%S GMT", &tm) ||
	    read_form(text, "%a %b %e %H:%M:%S %Y", &tm)) {
		*unix_s = timegm(&tm);
		return true;
	}
	if (!read_form(text, "%A, %d-%b-%y %H:%M:%S GMT", &tm))
		return false;
	seconds = timegm(&tm);
	while (seconds > now_s + 50 * SECONDS_PER_YEAR) {
		tm.tm_year -= 100;
		seconds = timegm(&tm);
	}
	*unix_s = seconds;
	return true;
}
