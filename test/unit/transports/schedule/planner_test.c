#include "transports/schedule/planner.h"

#include <stdlib.h>
#include <string.h>

#include "test/unit/transports/schedule/vectors.h"
#include "transports/schedule/zone.h"

#define MAX_ROWS 16
#define HOUR_MS INT64_C(3600000)

/* A planner, its rows, and what it told; clocks that stand still. */
static struct {
	struct planner *planner;
	struct zone *zone;
	struct timing timings[MAX_ROWS];
	size_t nrows;
	struct planner_now now;
	char told[4096]; /* "0@10:00:05 "; "!0@10:00:05 " for one missed,
			     "~0@10:00:05 " for one too late */
	size_t count;
} test;

static void
tell(const char *mark, size_t row, int64_t due_s)
{
	const size_t used = strlen(test.told);

	test.count++;
	if (used < sizeof(test.told) - 64)
		snprintf(test.told + used, sizeof(test.told) - used,
		    "%s%zu@%s ", mark, row, wall_text(due_s) + 11);
}

static void
on_due(void *arg, size_t row, int64_t due_s)
{
	(void)arg;
	tell("", row, due_s);
}

static void
on_missed(void *arg, size_t row, int64_t due_s, enum planner_reason reason)
{
	(void)arg;
	tell(reason == PLANNER_LATE ? "~" : "!", row, due_s);
}

static const struct planner_events events = { on_due, on_missed };

static void
begin(const char *wall_time)
{
	struct error err;

	memset(&test, 0, sizeof(test));
	test.zone = zone_open("UTC", &err);
	test.planner = planner_new(&events, NULL);
	test.now.unix_ms = wall(wall_time) * 1000;
	test.now.monotonic_ms = 5000000;
}

static void
end(void)
{
	planner_free(test.planner);
	zone_free(test.zone);
}

static void
add(const char *interval, uint32_t jitter_s, bool catch_up)
{
	struct timing *timing = &test.timings[test.nrows++];
	struct plan plan = { timing, test.zone, jitter_s, catch_up };
	struct error err;

	assert_int_equal(timing_parse_interval(timing, interval, &err), 0);
	planner_add(test.planner, &plan);
}

/* At a whole second, which is the first that can be due. */
static void
start(void)
{
	planner_start(test.planner, test.now.unix_ms, &test.now);
}

static void
step(void)
{
	while (planner_step(test.planner, &test.now))
		;
}

/* Time passes in which nobody looks. */
static void
hold(int64_t ms)
{
	test.now.unix_ms += ms;
	test.now.monotonic_ms += ms;
	step();
}

/* Time passes, and the planner looks whenever it wanted to. */
static void
pass(int64_t ms)
{
	const int64_t end_ms = test.now.unix_ms + ms;
	int64_t next_ms;

	while ((next_ms = planner_next_ms(test.planner)) <= end_ms) {
		if (next_ms > test.now.unix_ms) {
			test.now.monotonic_ms += next_ms - test.now.unix_ms;
			test.now.unix_ms = next_ms;
		}
		step();
	}
	test.now.monotonic_ms += end_ms - test.now.unix_ms;
	test.now.unix_ms = end_ms;
}

/* The clock is set, and the planner is told. */
static void
set_clock(int64_t by_ms)
{
	test.now.unix_ms += by_ms;
	planner_clock_was_set(test.planner, &test.now);
	step();
}

static void
expect(const char *told)
{
	assert_string_equal(test.told, told);
	test.told[0] = '\0';
}

/* ---- */

static void
tells_rows_in_the_order_they_are_due(void **state)
{
	(void)state;
	begin("2026-06-15 10:00:00");
	add("* * * * *", 0, false);
	add("every 25 seconds", 0, false);
	add("every 20 seconds", 0, false);
	start();
	pass(65000);
	expect("0@10:00:00 2@10:00:19 1@10:00:24 2@10:00:39 1@10:00:49 "
	       "2@10:00:59 0@10:01:00 ");
	end();
}

static void
comes_once_and_in_step_when_late(void **state)
{
	(void)state;
	begin("2026-06-15 10:00:00");
	add("every 2 seconds", 0, false);
	add("30 10 * * *", 0, false);
	start();
	hold(1804500);
	expect("~0@10:00:03 0@10:00:01 1@10:30:00 ");
	pass(3000);
	expect("0@10:30:05 0@10:30:07 ");
	end();
}

/* What is due in the second in which the loop is free again is in time. */
static void
tells_what_it_missed_when_late(void **state)
{
	(void)state;
	begin("2026-06-15 10:00:00");
	add("* * * * *", 0, false);
	add("every second", 0, false);
	start();
	hold(3900);
	expect("0@10:00:00 ~1@10:00:01 1@10:00:00 1@10:00:03 ");
	/* Late, and yet nothing is lost. */
	hold(1200);
	expect("1@10:00:04 1@10:00:05 ");
	hold(2 * 60000);
	expect("~1@10:00:07 1@10:00:06 ~0@10:02:00 0@10:01:00 1@10:02:05 ");
	end();
}

/* A run that stands in for others is no reason to complain of them. */
static void
tells_of_none_that_another_run_catches_up(void **state)
{
	(void)state;
	begin("2026-06-15 10:30:00");
	add("0 * * * *", 0, true);
	start();
	set_clock(5 * HOUR_MS);
	expect("0@11:00:00 ");
	/* But it does so for a clock that was set, not for a held loop. */
	hold(HOUR_MS * 5 / 2);
	expect("~0@17:00:00 0@16:00:00 0@18:00:00 ");
	end();
}

static void
tells_jitter_from_being_late(void **state)
{
	(void)state;
	begin("2026-06-15 10:00:00");
	add("* * * * *", 3600, false);
	start();
	pass(HOUR_MS);
	assert_null(strchr(test.told, '~'));
	end();

	/* Being late is no less so where the jitter may be an hour. */
	begin("2026-06-15 10:00:00");
	add("* * * * *", 3600, false);
	start();
	hold(10 * 60000);
	assert_non_null(strstr(test.told, "~0@10:01:00 0@10:00:00 "));
	assert_in_range(test.count, 2, 3);
	end();
}

static void
does_not_make_up_for_what_a_step_passed(void **state)
{
	(void)state;
	begin("2026-06-15 10:30:00");
	add("0 * * * *", 0, false);
	add("0 * * * *", 0, true);
	add("45 10 * * *", 0, true);
	add("every 20 seconds", 0, false);
	start();
	pass(10000);
	set_clock(5 * HOUR_MS);
	/* One for all that were passed, and only where it is wanted. */
	expect("!0@11:00:00 2@10:45:00 1@11:00:00 ");
	pass(11000);
	/* Seconds count what time has passed. */
	expect("3@15:30:19 ");
	pass(HOUR_MS / 2);
	assert_non_null(strstr(test.told, "0@16:00:00 "));
	assert_non_null(strstr(test.told, "1@16:00:00 "));
	end();
}

static void
does_not_repeat_a_time_of_day_when_set_back(void **state)
{
	(void)state;
	begin("2026-06-15 09:59:59");
	add("0 10 * * *", 0, false);
	add("*/30 * * * *", 0, false);
	add("every 20 seconds", 0, false);
	start();
	pass(1000);
	expect("0@10:00:00 1@10:00:00 ");
	set_clock(-HOUR_MS);
	pass(20000);
	expect("1@09:00:00 2@09:00:18 ");
	pass(HOUR_MS);
	/* What is told of every hour goes on in every hour. */
	assert_non_null(strstr(test.told, "1@09:30:00 "));
	assert_null(strstr(test.told, "0@10:00:00 "));
	assert_int_equal(
	    planner_due_s(test.planner, 0), wall("2026-06-16 10:00:00"));
	end();
}

/* It was a year ahead: nothing waits for that year. */
static void
plans_anew_when_set_far_back(void **state)
{
	(void)state;
	begin("2027-06-15 09:59:59");
	add("0 10 * * *", 0, false);
	start();
	pass(1000);
	expect("0@10:00:00 ");
	set_clock(-365 * 24 * HOUR_MS - HOUR_MS);
	assert_int_equal(
	    planner_due_s(test.planner, 0), wall("2026-06-15 10:00:00"));
	end();
}

static void
takes_no_notice_of_less_than_a_second(void **state)
{
	(void)state;
	begin("2026-06-15 10:59:59");
	add("0 * * * *", 0, false);
	start();
	set_clock(900);
	pass(200);
	expect("0@11:00:00 ");
	set_clock(-900);
	pass(2000);
	expect("");
	end();
}

static void
sees_a_step_that_came_while_a_handler_ran(void **state)
{
	(void)state;
	begin("2026-06-15 10:00:00");
	add("every second", 0, false);
	start();
	pass(500);
	test.now.unix_ms -= HOUR_MS;
	assert_false(planner_step(test.planner, &test.now));
	assert_int_equal(
	    planner_clock_was_set(test.planner, &test.now), -HOUR_MS);
	expect("0@10:00:00 ");
	pass(600);
	expect("0@09:00:01 ");
	end();
}

static void
keeps_a_delayed_run_when_set_back(void **state)
{
	(void)state;
	begin("2026-06-15 09:59:59");
	add("0 10 * * *", 36000, false);
	start();
	pass(10000);
	test.told[0] = '\0';
	if (planner_due_s(test.planner, 0) == wall("2026-06-15 10:00:00")) {
		set_clock(-5000);
		assert_int_equal(planner_due_s(test.planner, 0),
		    wall("2026-06-15 10:00:00"));
	}
	end();
}

static void
runs_what_is_due_in_the_second_it_is_set_to(void **state)
{
	(void)state;
	begin("2026-06-15 10:30:00");
	add("0 * * * *", 0, false);
	start();
	set_clock(HOUR_MS / 2 + 300);
	expect("0@11:00:00 ");
	end();
}

static void
delays_by_jitter_and_keeps_the_times(void **state)
{
	int64_t least = INT64_MAX, most = 0;

	(void)state;
	begin("2026-06-15 10:00:01");
	add("* * * * *", 30, false);
	start();
	for (int i = 1; i <= 200; i++) {
		const int64_t due_s = planner_due_s(test.planner, 0);
		const int64_t late = planner_next_ms(test.planner) -
		    due_s * 1000;
		assert_int_equal(due_s, wall("2026-06-15 10:00:00") + 60 * i);
		assert_in_range(late, 0, 30000);
		least = late < least ? late : least;
		most = late > most ? late : most;
		pass(planner_next_ms(test.planner) - test.now.unix_ms);
	}
	/* All 200 in one half: once in 2 to the 200th. */
	assert_true(least < 15000 && most > 15000);
	end();
}

static void
delays_no_run_until_the_next_is_due(void **state)
{
	(void)state;
	begin("2026-06-15 10:00:01");
	add("* * * * *", 3600, false);
	start();
	for (int i = 0; i < 100; i++) {
		const int64_t late = planner_next_ms(test.planner) -
		    planner_due_s(test.planner, 0) * 1000;
		assert_in_range(late, 0, 59999);
		pass(planner_next_ms(test.planner) - test.now.unix_ms);
	}
	end();
}

static void
ends_at_an_instant_without_delay(void **state)
{
	(void)state;
	begin("2026-06-15 10:00:00");
	add("every second", 0, false);
	add("* * * * *", 3600, false);
	start();
	planner_end(test.planner, test.now.unix_ms + 2500);
	planner_hurry(test.planner);
	pass(10000);
	expect("0@10:00:00 1@10:00:00 0@10:00:01 0@10:00:02 ");
	assert_int_equal(planner_next_ms(test.planner), INT64_MAX);
	end();
}

/* Wherever the instant lies, old and new generation have all runs, each once. */
static void
hands_over_each_run_once(void **state)
{
	(void)state;
	for (int64_t at_ms = 55000; at_ms < 65000; at_ms += 50) {
		const int64_t begin_ms = wall("2026-06-15 10:00:00") * 1000;
		size_t count;

		begin("2026-06-15 10:00:00");
		test.now.unix_ms = begin_ms + 500;
		add("* * * * *", 0, false);
		add("every second", 0, false);
		start();
		planner_end(test.planner, begin_ms + at_ms);
		pass(119500);
		count = test.count;
		end();

		begin("2026-06-15 10:00:00");
		test.now.unix_ms = begin_ms + at_ms;
		add("* * * * *", 0, false);
		add("every second", 0, false);
		start();
		pass(120000 - at_ms);
		assert_int_equal(count + test.count, 2 + 120);
		end();
	}
}

static void
keeps_ten_thousand_rows_in_order(void **state)
{
	static struct timing timings[10000];
	int64_t before_ms = 0;

	(void)state;
	begin("2026-06-15 10:00:00");
	for (size_t i = 0; i < 10000; i++) {
		struct plan plan = { &timings[i], test.zone, 0, false };
		timings[i].every_s = 1 + (int64_t)(i * 7919 % 1000);
		planner_add(test.planner, &plan);
	}
	start();
	for (int i = 0; i < 100000; i++) {
		const int64_t next_ms = planner_next_ms(test.planner);
		assert_true(next_ms >= before_ms);
		test.now.monotonic_ms += next_ms - test.now.unix_ms;
		test.now.unix_ms = before_ms = next_ms;
		assert_true(planner_step(test.planner, &test.now));
	}
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_rows_in_the_order_they_are_due),
		cmocka_unit_test(comes_once_and_in_step_when_late),
		cmocka_unit_test(tells_what_it_missed_when_late),
		cmocka_unit_test(tells_of_none_that_another_run_catches_up),
		cmocka_unit_test(tells_jitter_from_being_late),
		cmocka_unit_test(does_not_make_up_for_what_a_step_passed),
		cmocka_unit_test(does_not_repeat_a_time_of_day_when_set_back),
		cmocka_unit_test(plans_anew_when_set_far_back),
		cmocka_unit_test(takes_no_notice_of_less_than_a_second),
		cmocka_unit_test(sees_a_step_that_came_while_a_handler_ran),
		cmocka_unit_test(keeps_a_delayed_run_when_set_back),
		cmocka_unit_test(runs_what_is_due_in_the_second_it_is_set_to),
		cmocka_unit_test(delays_by_jitter_and_keeps_the_times),
		cmocka_unit_test(delays_no_run_until_the_next_is_due),
		cmocka_unit_test(ends_at_an_instant_without_delay),
		cmocka_unit_test(hands_over_each_run_once),
		cmocka_unit_test(keeps_ten_thousand_rows_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
