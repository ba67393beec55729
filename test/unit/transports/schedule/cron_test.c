#include "transports/schedule/cron.h"

#include <stdio.h>
#include <string.h>

#include "runtime/base/clock.h"
#include "test/unit/transports/schedule/vectors.h"

/* ---- the vectors ---- */

static const char *
text_of(const json_t *vector, const char *key)
{
	return json_string_value(json_object_get(vector, key));
}

/* What a new implementation is to answer. */
static const json_t *
expected(const json_t *vector)
{
	const json_t *right = json_object_get(vector, "expected_by_semantics");

	return right != NULL ? right : json_object_get(vector, "next");
}

static void
check_next(const json_t *vector, size_t number)
{
	const char *expr = text_of(vector, "expr");
	int64_t at = wall(text_of(vector, "now")), found;
	const json_t *value;
	struct cron cron;
	struct error err;
	size_t i;

	/* Null first of all: there is no such day. */
	if (json_is_null(json_array_get(expected(vector), 0)) &&
	    cron_parse(&cron, expr, &err) < 0)
		return;
	if (cron_parse(&cron, expr, &err) < 0)
		fail_msg("%zu: %s: %s", number, expr, err.text);
	json_array_foreach(expected(vector), i, value)
	{
		if (json_is_null(value)) {
			assert_false(cron_next(&cron, at, &found));
			return;
		}
		assert_true(cron_next(&cron, at, &found));
		if (strcmp(wall_text(found), json_string_value(value)) != 0)
			fail_msg("%zu: %s: %s, not %s", number, expr,
			    wall_text(found), json_string_value(value));
		at = found + 1;
	}
}

static void
finds_the_times_of_the_vectors(void **state)
{
	json_t *all = vectors_load();
	const json_t *vector;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(all, "crontab"), i, vector)
	    check_next(vector, i);
	assert_int_equal(i, 211);
	json_decref(all);
}

static void
refuses_what_the_vectors_refuse(void **state)
{
	json_t *all = vectors_load();
	const json_t *vector;
	struct cron cron;
	struct error err;
	size_t i;

	(void)state;
	json_array_foreach(
	    json_object_get(all, "crontab_odd_or_invalid"), i, vector)
	{
		if (text_of(vector, "error") == NULL)
			check_next(vector, i);
		else if (cron_parse(&cron, text_of(vector, "expr"), &err) == 0)
			fail_msg("accepts %s", text_of(vector, "expr"));
	}
	assert_int_equal(i, 35);
	json_decref(all);
}

/* ---- what the vectors leave open ---- */

static void
names_the_field_and_the_reason(void **state)
{
	static const struct {
		const char *expr, *reason;
	} rows[] = {
		{ "60 * * * *", "minute \"60\": want 0 to 59" },
		{ "* 24 * * *", "hour \"24\": want 0 to 23" },
		{ "* * 0-5 * *", "day \"0-5\": want 1 to 31" },
		{ "* * * foo *",
		    "month \"foo\": want 1 to 12 or a name of three letters" },
		{ "* * * * 8",
		    "weekday \"8\": want 0 to 7 or a name of three letters" },
		{ "* * * * * 2100", "year \"2100\": want 1970 to 2099" },
		{ "* 22-4 * * *", "hour \"22-4\": it ends before it begins" },
		{ "*/0 * * * *", "minute \"*/0\": a step is a number above 0" },
		{ "*/60 * * * *",
		    "minute \"*/60\": the step leads out of the field" },
		{ "* 0/99999999999 * * *",
		    "hour \"0/99999999999\": the step leads out of the "
		    "field" },
		{ "* * * * mon,lfri",
		    "weekday \"lfri\": want all weekdays of the list with "
		    "\"l\", or none" },
		{ "* * * * lfri,mon",
		    "weekday \"mon\": want all weekdays of the list with "
		    "\"l\", or none" },
		{ "5, * * * *", "minute \"\": nothing beside a comma" },
		{ "*-5 * * * *",
		    "minute \"*-5\": want a value, a range or a step" },
		{ "l * * * *", "minute \"l\": \"l\" is for days and weekdays" },
		{ "* * * * l",
		    "weekday \"l\": \"l\" wants a weekday, as in "
		    "\"lfri\"" },
		{ "0 12 *",
		    "want five fields (minute hour day month weekday) "
		    "and perhaps a year, got 3" },
		{ "* * * * * * 5",
		    "want five fields and perhaps a year, got also \"5\"" },
		{ "0 0 31 feb *",
		    "day \"31\", month \"feb\", year \"*\": there "
		    "is no such day from 1970 to 2099" },
		{ "99999999999999999999 * * * *",
		    "minute \"99999999999999999999\": want 0 to 59" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cron cron;
		struct error err = { "" };

		assert_int_equal(cron_parse(&cron, rows[i].expr, &err), -1);
		assert_string_equal(err.text, rows[i].reason);
	}
}

static void
reads_the_rest_of_the_notation(void **state)
{
	static const struct {
		const char *expr, *next;
	} rows[] = {
		/* From Monday, 2026-06-15 10:16:11. */
		{ "10/20 * * * *", "2026-06-15 10:30:00" },
		{ "59/7 * * * *", "2026-06-15 10:59:00" },
		{ "0 0 * * sun-sun", "2026-06-21 00:00:00" },
		{ "0 0 * * 7", "2026-06-21 00:00:00" },
		{ "0 0 ? * wed", "2026-06-17 00:00:00" },
		{ "0 0 */10 * *", "2026-06-20 00:00:00" },
		{ "0 0 * * lmon,lfri", "2026-06-26 00:00:00" },
		{ "0 0 * * lmon-tue", "2026-06-29 00:00:00" },
		{ "\t0  0 1 JAN *  ", "2027-01-01 00:00:00" },
		{ "0 0 29 feb mon 2096", "2096-02-06 00:00:00" },
		{ "59 23 31 12 * 2099", "2099-12-31 23:59:00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cron cron;
		struct error err = { "" };
		int64_t next = 0;

		cron_parse(&cron, rows[i].expr, &err);
		assert_string_equal(err.text, "");
		assert_true(
		    cron_next(&cron, wall("2026-06-15 10:16:11"), &next));
		assert_string_equal(wall_text(next), rows[i].next);
	}
}

static void
keeps_the_second_it_was_given(void **state)
{
	struct cron cron;
	struct error err;
	int64_t next;

	(void)state;
	assert_int_equal(cron_parse(&cron, "0 12 * * *", &err), 0);
	cron.second = 30;
	assert_true(cron_next(&cron, wall("2026-06-15 12:00:30"), &next));
	assert_string_equal(wall_text(next), "2026-06-15 12:00:30");
	assert_true(cron_next(&cron, wall("2026-06-15 12:00:31"), &next));
	assert_string_equal(wall_text(next), "2026-06-16 12:00:30");
}

/* The day is a leap day and a Friday: once in 28 years. */
static void
finds_a_day_that_is_28_years_away_in_microseconds(void **state)
{
	enum { TIMES = 1000 };
	struct cron cron;
	struct error err;
	int64_t began, next = 0;

	(void)state;
	assert_int_equal(cron_parse(&cron, "0 0 29 2 * 2052", &err), 0);
	began = clock_ns();
	for (int i = 0; i < TIMES; i++)
		assert_true(
		    cron_next(&cron, wall("2024-03-01 00:00:00"), &next));
	assert_string_equal(wall_text(next), "2052-02-29 00:00:00");
	/* 100 microseconds each, for the slowest of builds. */
	assert_true(clock_ns() - began < (int64_t)TIMES * 100000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_times_of_the_vectors),
		cmocka_unit_test(refuses_what_the_vectors_refuse),
		cmocka_unit_test(names_the_field_and_the_reason),
		cmocka_unit_test(reads_the_rest_of_the_notation),
		cmocka_unit_test(keeps_the_second_it_was_given),
		cmocka_unit_test(
		    finds_a_day_that_is_28_years_away_in_microseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
