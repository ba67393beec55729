/* Reads intervals and timestamps; timing.c finds their times. */
#include "runtime/base/ascii.h"
#include "transports/schedule/timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "transports/schedule/calendar.h"

/* A hundred years. */
#define SECONDS_MAX INT64_C(3155760000)

static const struct {
	const char *names; /* each between bars */
	const char *cron;
} aliases[] = {
	{ "|every minute|1m|1 m|1minute|1 minute|minute|minutely"
	  "|once per minute|",
	    "* * * * *" },
	{ "|every hour|1h|1 h|1hour|1 hour|hour|hourly|once per hour|",
	    "0 * * * *" },
	{ "|every day|1d|1 d|1day|1 day|day|daily|once per day|nightly|",
	    "0 0 * * *" },
	{ "|every month|1month|1 month|month|monthly|once per month|",
	    "0 0 1 * *" },
	{ "|every year|1y|1 y|1year|1 year|year|yearly|once per year|annually|",
	    "0 0 1 1 *" },
	{ "|weekly|once per week|week|every week|", "0 0 * * 1" },
	{ "|monday|mondays|mon|every monday|once per monday|", "0 0 * * 1" },
	{ "|tuesday|tuesdays|tue|every tuesday|once per tuesday|",
	    "0 0 * * 2" },
	{ "|wednesday|wednesdays|wed|every wednesday|once per wednesday|",
	    "0 0 * * 3" },
	{ "|thursday|thursdays|thu|every thursday|once per thursday|",
	    "0 0 * * 4" },
	{ "|friday|fridays|fri|every friday|once per friday|", "0 0 * * 5" },
	{ "|saturday|saturdays|sat|every saturday|once per saturday|",
	    "0 0 * * 6" },
	{ "|sunday|sundays|sun|every sunday|once per sunday|", "0 0 * * 0" },
	{ "|weekday|weekdays|every weekday|", "0 0 * * 1-5" },
	{ "|weekend|weekends|every weekend|", "0 0 * * 0,6" },
};

/* A copy in lower case, single spaces between its words. */
static char *
plain(const char *text)
{
	char *copy = xstrdup(text), *to = copy;

	for (; *text != '\0'; text++) {
		if (!ascii_is_space(*text))
			*to++ = ascii_lower(*text);
		else if (to > copy && to[-1] != ' ')
			*to++ = ' ';
	}
	to -= to > copy && to[-1] == ' ';
	*to = '\0';
	return copy;
}

static const char *
alias(const char *text)
{
	char *barred = xasprintf("|%s|", text);
	const char *cron = NULL;

	if (strchr(text, '|') == NULL)
		for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]);
		     i++)
			if (strstr(aliases[i].names, barred) != NULL)
				cron = aliases[i].cron;
	free(barred);
	return cron;
}

/* ---- seconds ---- */

/* "every 5 seconds", "5 seconds", "5s", "5"; "every second", "second". */
static bool
is_seconds(const char *text, const char **number, size_t *digits)
{
	static const char *const words[] = { "", "s", "second", "seconds",
		NULL };
	static const char *const ones[] = { "second", "secondly",
		"once per second", NULL };

	if (strncmp(text, "every ", 6) == 0)
		text += 6;
	*number = "1";
	*digits = 1;
	for (size_t i = 0; ones[i] != NULL; i++)
		if (strcmp(text, ones[i]) == 0)
			return true;
	*number = text;
	text += *text == '-';
	*digits = strspn(text, "0123456789");
	if (*digits == 0)
		return false;
	*digits += (size_t)(text - *number);
	text = *number + *digits;
	text += *text == ' ';
	for (size_t i = 0; words[i] != NULL; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

static int
set_seconds(
    struct timing *timing, const char *number, size_t digits, struct error *err)
{
	int64_t seconds = 0;

	for (size_t i = 0; i < digits && seconds <= SECONDS_MAX; i++)
		if (number[i] != '-')
			seconds = seconds * 10 + (number[i] - '0');
	if (number[0] == '-' || seconds < 1 || seconds > SECONDS_MAX)
		return error_set(err,
		    "interval: want 1 to %lld seconds, got "
		    "\"%.*s\"",
		    (long long)SECONDS_MAX, (int)(digits < 40 ? digits : 40),
		    number);
	timing->every_s = seconds;
	return 0;
}

/* What is no seconds and no cron expression, but clearly meant: "5m". */
static bool
suggest(const char *text, char *better, size_t size)
{
	static const struct {
		const char *words;
		unsigned long in_all, seconds;
		const char *before, *after;
	} units[] = {
		{ "|m|min|mins|minute|minutes|", 60, 60, "*/", " * * * *" },
		{ "|h|hour|hours|", 24, 3600, "0 */", " * * *" },
	};
	char *end, word[16];
	unsigned long count;

	if (strncmp(text, "every ", 6) == 0)
		text += 6;
	if (!ascii_is_digit(*text))
		return false;
	count = strtoul(text, &end, 10);
	snprintf(word, sizeof(word), "|%s|", end + (*end == ' '));
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strstr(units[i].words, word) == NULL)
			continue;
		if (count == 0 || count > 100000)
			return false;
		if (count < units[i].in_all && units[i].in_all % count == 0)
			snprintf(better, size, "%s%lu%s", units[i].before,
			    count, units[i].after);
		else
			snprintf(better, size, "every %lu seconds",
			    count * units[i].seconds);
		return true;
	}
	return false;
}

static int
set_cron(struct timing *timing, const char *text, struct error *err)
{
	const char *cron = alias(text);
	struct error reason;
	char better[40];

	if (cron_parse(&timing->cron, cron != NULL ? cron : text, &reason) == 0)
		return 0;
	if (suggest(text, better, sizeof(better)))
		return error_set(
		    err, "interval \"%s\": want \"%s\"", text, better);
	if (strpbrk(text, "*,@/") != NULL || strspn(text, "0123456789") > 0)
		return error_set(err, "interval \"%s\": %s", text, reason.text);
	return error_set(err,
	    "interval \"%s\": want a cron expression (\"*/5 * * * *\"), "
	    "seconds (\"every 5 seconds\") or a name such as \"hourly\"",
	    text);
}

int
timing_parse_interval(
    struct timing *timing, const char *text, struct error *err)
{
	char *copy = plain(text);
	const char *number;
	size_t digits;
	int code;

	memset(timing, 0, sizeof(*timing));
	if (*copy == '\0')
		code = error_set(err, "interval: it is empty");
	else if (is_seconds(copy, &number, &digits))
		code = set_seconds(timing, number, digits, err);
	else
		code = set_cron(timing, copy, err);
	free(copy);
	return code;
}

/* ---- timestamps ---- */

struct stamp {
	unsigned year, month, day, hour, minute, second;
	bool has_date;
};

static bool
read_part(const char **at, const char *before, unsigned max, unsigned *value)
{
	const char *s = *at;
	const size_t skipped = strlen(before);

	if (strncmp(s, before, skipped) != 0)
		return false;
	s += skipped;
	if (!ascii_is_digit(*s))
		return false;
	for (*value = 0; ascii_is_digit(*s); s++) {
		*value = *value * 10 + (unsigned)(*s - '0');
		if (*value > max)
			return false;
	}
	*at = s;
	return true;
}

static bool
read_stamp(struct stamp *stamp, const char *at)
{
	stamp->has_date = strchr(at, '-') != NULL;
	if (stamp->has_date &&
	    (!read_part(&at, "", CRON_LAST_YEAR, &stamp->year) ||
		!read_part(&at, "-", 12, &stamp->month) ||
		!read_part(&at, "-", 31, &stamp->day)))
		return false;
	if (!read_part(&at, stamp->has_date ? " " : "", 23, &stamp->hour) ||
	    !read_part(&at, ":", 59, &stamp->minute))
		return false;
	stamp->second = 0;
	if (*at != '\0' && !read_part(&at, ":", 59, &stamp->second))
		return false;
	return *at == '\0';
}

int
timing_parse_timestamp(
    struct timing *timing, const char *text, struct error *err)
{
	struct stamp stamp;
	struct error reason;
	char cron[64];

	memset(timing, 0, sizeof(*timing));
	if (!read_stamp(&stamp, text))
		return error_set(err,
		    "timestamp \"%s\": want \"2026-12-24 18:00[:00]\" or "
		    "\"18:00[:00]\"",
		    text);
	if (stamp.has_date)
		snprintf(cron, sizeof(cron), "%u %u %u %u * %u", stamp.minute,
		    stamp.hour, stamp.day, stamp.month, stamp.year);
	else
		snprintf(cron, sizeof(cron), "%u %u * * *", stamp.minute,
		    stamp.hour);
	if (cron_parse(&timing->cron, cron, &reason) < 0)
		return error_set(
		    err, "timestamp \"%s\": %s", text, reason.text);
	timing->cron.second = stamp.second;
	return 0;
}
