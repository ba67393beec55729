/* The vectors of scheduling, and wall-clock times as text. */
#ifndef TEST_UNIT_TRANSPORTS_SCHEDULE_VECTORS_H
#define TEST_UNIT_TRANSPORTS_SCHEDULE_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <jansson.h>

#include "transports/schedule/calendar.h"

static inline json_t *
vectors_load(void)
{
	json_error_t error;
	json_t *all = json_load_file(
	    "test/vectors/schedule_vectors.json", 0, &error);

	assert_non_null(all);
	return all;
}

/* "2026-06-15 10:16:11" */
static inline int64_t
wall(const char *text)
{
	struct date date;
	unsigned year, hour, minute, second;

	assert_int_equal(sscanf(text, "%u-%u-%u %u:%u:%u", &year, &date.month,
			     &date.day, &hour, &minute, &second),
	    6);
	date.year = year;
	return calendar_day(&date) * DAY_S + hour * 3600 + minute * 60 + second;
}

static inline const char *
wall_text(int64_t wall_s)
{
	static char text[64];
	const int64_t day = calendar_divide(wall_s, DAY_S);
	const struct date date = calendar_date(day);
	const unsigned second = (unsigned)(wall_s - day * DAY_S);

	snprintf(text, sizeof(text), "%04d-%02u-%02u %02u:%02u:%02u",
	    (int)date.year, date.month, date.day, second / 3600,
	    second / 60 % 60, second % 60);
	return text;
}

#endif
