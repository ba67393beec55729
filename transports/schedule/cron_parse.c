/* Reads cron expressions; cron.c finds their times. */
#include "runtime/base/ascii.h"
#include "transports/schedule/cron.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"

#define BLANKS " \t\r\n\v\f"

#define ALL_HOURS UINT32_C(0xffffff)

/* No value is so large; a longer number stays there. */
#define TOO_LARGE 100000

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, YEAR, FIELDS };

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu",
	"fri", "sat", NULL };

static const struct field {
	const char *name;
	unsigned min, max;
	const char *const *words; /* the first is min */
} fields[FIELDS] = {
	[MINUTE] = { "minute", 0, 59, NULL },
	[HOUR] = { "hour", 0, 23, NULL },
	[DAY] = { "day", 1, 31, NULL },
	[MONTH] = { "month", 1, 12, months },
	[WEEKDAY] = { "weekday", 0, 7, weekdays },
	[YEAR] = { "year", CRON_FIRST_YEAR, CRON_LAST_YEAR, NULL },
};

static const struct {
	const char *name, *text;
} aliases[] = {
	{ "@yearly", "0 0 1 1 *" },
	{ "@annually", "0 0 1 1 *" },
	{ "@monthly", "0 0 1 * *" },
	{ "@weekly", "0 0 * * 0" },
	{ "@daily", "0 0 * * *" },
	{ "@hourly", "0 * * * *" },
	{ "@minutely", "* * * * *" },
};

/* One part of a field's list: what stands between two commas. */
struct part {
	const struct field *field;
	const char *text; /* all of it, for errors */
	const char *at;   /* what is not read yet */
	unsigned from, to, step;
	bool last;
};

/* Bit n is the value min + n. */
struct set {
	uint64_t bits[CRON_YEAR_WORDS];
	bool last;
};

static int
refuse(const struct part *part, const char *why, struct error *err)
{
	return error_set(
	    err, "%s \"%s\": %s", part->field->name, part->text, why);
}

static int
refuse_value(const struct part *part, struct error *err)
{
	return error_set(err, "%s \"%s\": want %u to %u%s", part->field->name,
	    part->text, part->field->min, part->field->max,
	    part->field->words != NULL ? " or a name of three letters" : "");
}

/* Moves on behind one digit, of Latin or of Arabic script; -1 if it is none. */
static int
digit(const char **at)
{
	const unsigned char *s = (const unsigned char *)*at;

	if (*s >= '0' && *s <= '9') {
		*at += 1;
		return *s - '0';
	}
	/* U+0660 to U+0669. */
	if (s[0] == 0xd9 && s[1] >= 0xa0 && s[1] <= 0xa9) {
		*at += 2;
		return s[1] - 0xa0;
	}
	return -1;
}

static bool
read_number(const char **at, unsigned *value)
{
	int next = digit(at);

	if (next < 0)
		return false;
	for (*value = 0; next >= 0; next = digit(at))
		if (*value < TOO_LARGE)
			*value = *value * 10 + (unsigned)next;
	return true;
}

static bool
read_value(struct part *part, unsigned *value)
{
	const char *const *words = part->field->words;

	for (unsigned i = 0; words != NULL && words[i] != NULL; i++) {
		if (strncmp(part->at, words[i], 3) != 0)
			continue;
		part->at += 3;
		*value = part->field->min + i;
		return true;
	}
	return read_number(&part->at, value);
}

/* What stands behind "-". */
static int
read_end(struct part *part, struct error *err)
{
	const char *word = part->at;

	if (!read_value(part, &part->to))
		return refuse_value(part, err);
	if (part->field == &fields[WEEKDAY] && part->to < part->from &&
	    part->to == 0 && *word == 's')
		part->to = 7;
	if (part->field == &fields[MONTH] && part->to < part->from) {
		const unsigned swapped = part->to;
		part->to = part->from;
		part->from = swapped;
	}
	if (part->to < part->from)
		return refuse(part, "it ends before it begins", err);
	return 0;
}

static int
read_range(struct part *part, struct error *err)
{
	const struct field *field = part->field;

	part->from = field->min;
	part->to = field->max;
	if (*part->at == '*' || *part->at == '?') {
		part->at++;
		return 0;
	}
	if (!read_value(part, &part->from))
		return refuse_value(part, err);
	/* "5/20" goes on to the end, "5" does not. */
	if (*part->at != '/')
		part->to = part->from;
	if (*part->at == '-') {
		part->at++;
		if (read_end(part, err) < 0)
			return -1;
	} else if (part->from > field->max) {
		return refuse_value(part, err);
	}
	if (part->from < field->min || part->from > field->max)
		return refuse_value(part, err);
	if (part->to > field->max)
		part->to = field->max;
	return 0;
}

/* A last day, or the last of a weekday. */
static int
read_last(struct part *part, struct error *err)
{
	if (part->field != &fields[DAY] && part->field != &fields[WEEKDAY])
		return refuse(part, "\"l\" is for days and weekdays", err);
	part->last = true;
	part->at++;
	if (part->field == &fields[WEEKDAY] &&
	    (*part->at == '\0' || *part->at == '*' || *part->at == '?'))
		return refuse(
		    part, "\"l\" wants a weekday, as in \"lfri\"", err);
	return 0;
}

static int
read_part(struct part *part, struct error *err)
{
	part->step = 1;
	if (*part->at == '\0')
		return refuse(part, "nothing beside a comma", err);
	if (*part->at == 'l' && read_last(part, err) < 0)
		return -1;
	if (part->last && *part->at == '\0') {
		part->from = part->field->min;
		part->to = part->field->max;
		return 0;
	}
	if (read_range(part, err) < 0)
		return -1;
	if (*part->at == '/') {
		part->at++;
		if (!read_number(&part->at, &part->step) || part->step == 0)
			return refuse(part, "a step is a number above 0", err);
		if (part->step > part->field->max)
			return refuse(
			    part, "the step leads out of the field", err);
	}
	if (*part->at != '\0')
		return refuse(part, "want a value, a range or a step", err);
	return 0;
}

static void
add_part(struct set *set, const struct part *part)
{
	/* Every tenth day is the 10th, the 20th and the 30th. */
	const bool from_zero = *part->text == '*' || *part->text == '?';

	for (unsigned v = part->from; v <= part->to; v++) {
		const unsigned bit = v - part->field->min;
		if ((from_zero ? v : v - part->from) % part->step == 0)
			set->bits[bit / 64] |= UINT64_C(1) << bit % 64;
	}
	set->last |= part->last;
}

/* text is cut up. */
static int
read_field(
    const struct field *field, char *text, struct set *set, struct error *err)
{
	size_t parts = 0, lasts = 0;
	char *word;

	while ((word = strsep(&text, ",")) != NULL) {
		struct part part = { .field = field, .text = word, .at = word };

		if (read_part(&part, err) < 0)
			return -1;
		add_part(set, &part);
		parts++;
		lasts += part.last;
		/* "mon,lfri": each Monday, or the last?  Days have one last. */
		if (field == &fields[WEEKDAY] && lasts > 0 && lasts < parts)
			return refuse(&part,
			    "want all weekdays of the list with \"l\", or none",
			    err);
	}
	return 0;
}

static bool
is_any(const char *text)
{
	return strcmp(text, "*") == 0 || strcmp(text, "?") == 0;
}

static void
set_field(struct cron *cron, int field, const struct set *set, bool any)
{
	const uint64_t bits = set->bits[0];

	switch (field) {
	case MINUTE:
		cron->minutes = bits;
		return;
	case HOUR:
		cron->hours = (uint32_t)bits;
		cron->every_hour = cron->hours == ALL_HOURS;
		return;
	case DAY:
		cron->days = (uint32_t)(bits << 1);
		cron->every_day = any;
		cron->last_day = set->last;
		return;
	case MONTH:
		cron->months = (uint32_t)(bits << 1);
		return;
	case WEEKDAY:
		/* 7 is Sunday as well. */
		cron->weekdays = (uint32_t)((bits | bits >> 7) & 127);
		cron->every_weekday = any;
		cron->last_weekday = set->last;
		return;
	default:
		memcpy(cron->years, set->bits, sizeof(cron->years));
		return;
	}
}

/* Without any field, and in a seventh or later one, "*" is meant. */
static int
cut(char *text, const char *found[FIELDS], struct error *err)
{
	char *rest = text, *word;
	size_t count = 0;

	for (size_t i = 0; i < FIELDS; i++)
		found[i] = "*";
	while ((word = strsep(&rest, BLANKS)) != NULL) {
		if (*word == '\0')
			continue;
		if (count < FIELDS)
			found[count] = word;
		else if (!is_any(word))
			return error_set(err,
			    "want five fields and perhaps a year, got also "
			    "\"%s\"",
			    word);
		count++;
	}
	if (count > 0 && count < WEEKDAY + 1)
		return error_set(err,
		    "want five fields (minute hour day month weekday) and "
		    "perhaps a year, got %zu",
		    count);
	return 0;
}

static int
read_fields(struct cron *cron, char *text, struct error *err)
{
	const char *found[FIELDS];
	int64_t first_s;

	if (cut(text, found, err) < 0)
		return -1;
	memset(cron, 0, sizeof(*cron));
	for (int i = 0; i < FIELDS; i++) {
		struct set set = { .last = false };
		char *field = xstrdup(found[i]);
		const int code = read_field(&fields[i], field, &set, err);
		free(field);
		if (code < 0)
			return -1;
		set_field(cron, i, &set, is_any(found[i]));
	}
	if (!cron_next(cron, 0, &first_s))
		return error_set(err,
		    "day \"%s\", month \"%s\", year \"%s\": "
		    "there is no such day from %d to %d",
		    found[DAY], found[MONTH], found[YEAR], CRON_FIRST_YEAR,
		    CRON_LAST_YEAR);
	return 0;
}

int
cron_parse(struct cron *cron, const char *text, struct error *err)
{
	char *copy;
	int code;

	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(text, aliases[i].name) == 0)
			text = aliases[i].text;
	copy = xstrdup(text);
	for (char *c = copy; *c != '\0'; c++)
		*c = ascii_lower(*c);
	code = read_fields(cron, copy, err);
	free(copy);
	return code;
}
