#include "transports/schedule/timing.h"

#include <string.h>

#include "test/unit/transports/schedule/vectors.h"
#include "transports/schedule/zone.h"

/* ---- the vectors ---- */

/* What stands for "never" in them. */
#define FAR_S (INT64_C(50) * 365 * DAY_S)

static const json_t *
member(const json_t *vector, const char *key)
{
	const json_t *value = json_object_get(vector, key);

	return json_is_null(value) ? NULL : value;
}

static int
parse(struct timing *timing, const json_t *vector, struct error *err)
{
	const json_t *interval = member(vector, "interval");
	char text[64];

	if (interval == NULL)
		return timing_parse_timestamp(timing,
		    json_string_value(member(vector, "timestamp")), err);
	if (json_is_string(interval))
		return timing_parse_interval(
		    timing, json_string_value(interval), err);
	snprintf(text, sizeof(text), "%lld",
	    (long long)json_integer_value(interval));
	return timing_parse_interval(timing, text, err);
}

static struct zone *
zone_of(const json_t *vector, struct error *err)
{
	const json_t *name = member(vector, "timezone");

	if (name == NULL)
		name = member(vector, "local_tz");
	return zone_open(json_string_value(name), err);
}

/* Less than a second is no interval: never, or without end at once. */
static bool
is_no_interval(const json_t *vector)
{
	const json_t *interval = member(vector, "interval");

	if (json_is_integer(interval))
		return json_integer_value(interval) < 1;
	return interval != NULL && *json_string_value(interval) == '-';
}

/* The first second after the wall clock has jumped ahead. */
static bool
is_after_gap(const struct zone *zone, int64_t at_s)
{
	const struct zone_span span = zone_at(zone, at_s);

	return span.from_s == at_s &&
	    zone_at(zone, at_s - 1).offset_s < span.offset_s;
}

/* The wall clock has shown that time before. */
static bool
is_second(const struct zone *zone, int64_t at_s)
{
	return zone_instant(zone, at_s + zone_at(zone, at_s).offset_s) != at_s;
}

/*
 * Follows the times of a vector.  Those of its times that a change of the
 * offset doubles are left out, those that it removes come after the gap.
 */
static bool
follows(const struct timing *timing, const struct zone *zone,
    const json_t *times, int64_t at_s)
{
	const size_t count = json_array_size(times);

	for (size_t i = 0; i < count;) {
		const int64_t want = json_integer_value(
		    json_array_get(times, i));
		int64_t got;

		/* There it goes on at the same second for ever. */
		if (want == at_s)
			return true;
		if (!timing_next(timing, zone, at_s, &got))
			return want > at_s + FAR_S;
		if (got != want && !timing_is_elapsed(timing) &&
		    is_second(zone, want)) {
			i++;
			continue;
		}
		if (got == want)
			i++;
		else if (timing_is_elapsed(timing) || !is_after_gap(zone, got))
			return false;
		at_s = got;
	}
	return true;
}

static void
finds_the_times_of_the_vectors(void **state)
{
	json_t *all = vectors_load();
	const json_t *vector;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(all, "calls"), i, vector)
	{
		const json_t *times = member(vector, "expected_by_semantics");
		struct timing timing;
		struct error err = { "" };
		struct zone *zone = NULL;

		if (parse(&timing, vector, &err) == 0)
			zone = zone_of(vector, &err);
		if (member(vector, "error") != NULL || is_no_interval(vector)) {
			assert_null(zone);
			assert_string_not_equal(err.text, "");
			continue;
		}
		assert_string_equal(err.text, "");
		if (times == NULL)
			times = member(vector, "next");
		if (!follows(&timing, zone, times,
			(int64_t)json_number_value(member(vector, "now"))))
			fail_msg("vector %zu", i);
		zone_free(zone);
	}
	assert_int_equal(i, 244);
	json_decref(all);
}

/* ---- changes of the clock ---- */

static int64_t
utc(const char *text)
{
	return wall(text);
}

struct change {
	const char *zone, *interval, *after;
	const char *next[4];
};

static void
check_change(const struct change *change)
{
	struct error err = { "" };
	struct zone *zone = zone_open(change->zone, &err);
	struct timing timing;
	int64_t at;

	timing_parse_interval(&timing, change->interval, &err);
	assert_string_equal(err.text, "");
	at = utc(change->after);
	for (size_t i = 0; i < 4 && change->next[i] != NULL; i++) {
		assert_true(timing_next(&timing, zone, at, &at));
		assert_string_equal(wall_text(at), change->next[i]);
	}
	zone_free(zone);
}

static void
runs_once_after_a_gap_what_was_in_it(void **state)
{
	/* In Stockholm 2026-03-29 02:00 to 03:00 does not exist. */
	static const struct change rows[] = {
		{ "Europe/Stockholm", "30 2 * * *", "2026-03-28 12:00:00",
		    { "2026-03-29 01:00:00", "2026-03-30 00:30:00" } },
		{ "Europe/Stockholm", "*/20 2 * * *", "2026-03-28 12:00:00",
		    { "2026-03-29 01:00:00", "2026-03-30 00:00:00",
			"2026-03-30 00:20:00" } },
		{ "Europe/Stockholm", "30 2,3 * * *", "2026-03-28 12:00:00",
		    { "2026-03-29 01:00:00", "2026-03-29 01:30:00",
			"2026-03-30 00:30:00" } },
		/* From the second before it, and from within. */
		{ "Europe/Stockholm", "30 2 * * *", "2026-03-29 00:59:59",
		    { "2026-03-29 01:00:00", "2026-03-30 00:30:00" } },
		{ "Europe/Stockholm", "30 2 * * *", "2026-03-29 01:00:00",
		    { "2026-03-30 00:30:00" } },
		/* Samoa went without 2011-12-30. */
		{ "Pacific/Apia", "0 9 * * *", "2011-12-29 23:00:00",
		    { "2011-12-30 10:00:00", "2011-12-30 19:00:00",
			"2011-12-31 19:00:00" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_change(&rows[i]);
}

static void
runs_once_what_exists_twice(void **state)
{
	/* In Stockholm 2026-10-25 02:00 to 03:00 comes twice, from 00:00 UTC. */
	static const struct change rows[] = {
		{ "Europe/Stockholm", "30 2 * * *", "2026-10-24 12:00:00",
		    { "2026-10-25 00:30:00", "2026-10-26 01:30:00" } },
		{ "Europe/Stockholm", "*/30 2,3 * * *", "2026-10-24 12:00:00",
		    { "2026-10-25 00:00:00", "2026-10-25 00:30:00",
			"2026-10-25 02:00:00", "2026-10-25 02:30:00" } },
		/* From within the second time. */
		{ "Europe/Stockholm", "45 2,3 * * *", "2026-10-25 01:10:00",
		    { "2026-10-25 02:45:00", "2026-10-26 01:45:00" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_change(&rows[i]);
}

static void
runs_in_every_hour_that_passes(void **state)
{
	static const struct change rows[] = {
		{ "Europe/Stockholm", "15 * * * *", "2026-03-29 00:00:00",
		    { "2026-03-29 00:15:00", "2026-03-29 01:15:00" } },
		{ "Europe/Stockholm", "15 * * * *", "2026-10-25 00:00:00",
		    { "2026-10-25 00:15:00", "2026-10-25 01:15:00",
			"2026-10-25 02:15:00" } },
		/* However all hours are written. */
		{ "Europe/Stockholm", "15 0-23 * * *", "2026-10-25 00:00:00",
		    { "2026-10-25 00:15:00", "2026-10-25 01:15:00" } },
		{ "Europe/Stockholm", "15 */1 * * *", "2026-10-25 00:00:00",
		    { "2026-10-25 00:15:00", "2026-10-25 01:15:00" } },
		/* Lord Howe jumps by half an hour, 02:00 to 02:30. */
		{ "Australia/Lord_Howe", "15 * * * *", "2026-10-03 15:00:00",
		    { "2026-10-03 15:30:00", "2026-10-03 16:15:00" } },
		{ "Australia/Lord_Howe", "*/30 * * * *", "2026-10-03 15:00:00",
		    { "2026-10-03 15:30:00", "2026-10-03 16:00:00" } },
		/* From the second before the jump. */
		{ "Australia/Lord_Howe", "15 * * * *", "2026-10-03 15:29:59",
		    { "2026-10-03 15:30:00" } },
		/* Far ahead, past many changes. */
		{ "Europe/Stockholm", "0 * 29 2 * 2096", "2026-10-25 00:00:00",
		    { "2096-02-28 23:00:00", "2096-02-29 00:00:00" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_change(&rows[i]);
}

/* ---- notation ---- */

static void
says_what_is_wrong(void **state)
{
	static const struct {
		bool is_stamp;
		const char *text, *reason;
	} rows[] = {
		{ false, "", "interval: it is empty" },
		{ false, "0s",
		    "interval: want 1 to 3155760000 seconds, got \"0\"" },
		{ false, "99999999999999999999999",
		    "interval: want 1 to 3155760000 seconds, got "
		    "\"99999999999999999999999\"" },
		{ false, "61 * * * *",
		    "interval \"61 * * * *\": minute \"61\": want 0 to 59" },
		{ false, "every|minute",
		    "interval \"every|minute\": want a cron expression (\"*/5 "
		    "* * * *\"), seconds (\"every 5 seconds\") or a name such "
		    "as \"hourly\"" },
		{ false, "5m", "interval \"5m\": want \"*/5 * * * *\"" },
		{ false, "Every 30 minutes",
		    "interval \"every 30 minutes\": want "
		    "\"*/30 * * * *\"" },
		{ false, "7 min",
		    "interval \"7 min\": want \"every 420 seconds\"" },
		{ false, "6h", "interval \"6h\": want \"0 */6 * * *\"" },
		{ false, "90 minutes",
		    "interval \"90 minutes\": want \"every 5400 seconds\"" },
		{ true, "24:00",
		    "timestamp \"24:00\": want \"2026-12-24 "
		    "18:00[:00]\" or \"18:00[:00]\"" },
		{ true, "2026-02-29 10:00",
		    "timestamp \"2026-02-29 10:00\": day \"29\", month \"2\", "
		    "year \"2026\": there is no such day from 1970 to 2099" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct timing timing;
		struct error err = { "" };

		if (rows[i].is_stamp)
			timing_parse_timestamp(&timing, rows[i].text, &err);
		else
			timing_parse_interval(&timing, rows[i].text, &err);
		assert_string_equal(err.text, rows[i].reason);
	}
}

static void
reads_seconds_in_many_ways(void **state)
{
	static const char *const fives[] = { "5", "5s", "5 s", "5seconds",
		"5 seconds", "every 5 seconds", "Every  5 Seconds ", "05" };
	static const char *const ones[] = { "every second", "second",
		"secondly", "once per second", "1 second", "every 1 second" };
	struct timing timing;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(fives) / sizeof(fives[0]); i++) {
		assert_int_equal(
		    timing_parse_interval(&timing, fives[i], &err), 0);
		assert_int_equal(timing.every_s, 5);
	}
	for (size_t i = 0; i < sizeof(ones) / sizeof(ones[0]); i++) {
		assert_int_equal(
		    timing_parse_interval(&timing, ones[i], &err), 0);
		assert_int_equal(timing.every_s, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_times_of_the_vectors),
		cmocka_unit_test(runs_once_after_a_gap_what_was_in_it),
		cmocka_unit_test(runs_once_what_exists_twice),
		cmocka_unit_test(runs_in_every_hour_that_passes),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(reads_seconds_in_many_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
