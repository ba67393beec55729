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
	{ .size = sizeof(struct tomo_schedule_spec), .fn = run, __VA_ARGS__ }

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_numbers_that_do_not_fit_the_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
