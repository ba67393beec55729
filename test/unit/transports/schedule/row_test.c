#include "transports/schedule/row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static int
run(struct tomo_call *call)
{
	(void)call;
	return 0;
}

#define SPEC(...) \
	{ \
		.size = sizeof(struct tomo_schedule_spec), .fn = run, \
		__VA_ARGS__ \
	}

static void
refuses_numbers_that_do_not_fit_the_interval(void **state)
{
	static const struct {
		struct tomo_schedule_spec spec;
		const char *reason;
	} rows[] = {
		{ SPEC(.interval = "5s", .jitter_seconds = 5),
		    "jitter_seconds: want less than the interval of 5 seconds, "
		    "got 5" },
		{ SPEC(.interval = "daily", .jitter_seconds = 86401),
		    "jitter_seconds: want 0 to 86400, got 86401" },
		{ SPEC(.interval = "daily", .overlap = 2),
		    "overlap: want TOMO_OVERLAP_SKIP or TOMO_OVERLAP_ALLOW, "
		    "got 2" },
		{ SPEC(.interval = "daily", .max_running = 2),
		    "max_running: only with TOMO_OVERLAP_ALLOW" },
		{ SPEC(.interval = "every second", .catch_up = 1),
		    "catch_up: only for times of a clock; seconds are not "
		    "missed when it is set" },
		{ SPEC(.interval = "daily", .timestamp = "18:00"),
		    "both an interval and a timestamp: want one" },
		{ SPEC(.interval = NULL),
		    "neither an interval nor a timestamp: want one" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = { "" };

		assert_int_equal(row_check(&rows[i].spec, &err), -1);
		assert_string_equal(err.text, rows[i].reason);
	}
}

/* Reading one for each of thousands of rows would delay the start. */
static void
reads_each_zone_once(void **state)
{
	static const struct tomo_schedule_spec
	    seconds = SPEC(.interval = "every second"),
	    zoned_seconds = SPEC(.interval = "5s", .timezone = "Mars/Base"),
	    local = SPEC(.interval = "daily"),
	    named = SPEC(.interval = "daily", .timezone = "Asia/Kolkata");
	const struct zone *first, *again;
	struct timing timing;
	struct error err = { "" };

	(void)state;
	setenv("TZ", "Mars/Base", 1);
	assert_int_equal(row_check(&seconds, &err), 0);
	assert_int_equal(row_check(&zoned_seconds, &err), -1);
	assert_int_equal(row_check(&local, &err), -1);
	unsetenv("TZ");
	assert_int_equal(row_check(&local, &err), 0);

	assert_int_equal(row_timing(&timing, &named, &err), 0);
	assert_int_equal(row_zone(&first, &named, &timing, &err), 0);
	assert_non_null(first);
	assert_int_equal(row_zone(&again, &named, &timing, &err), 0);
	assert_ptr_equal(first, again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_numbers_that_do_not_fit_the_interval),
		cmocka_unit_test(reads_each_zone_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
