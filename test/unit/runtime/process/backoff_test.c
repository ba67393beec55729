#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/process/backoff.h"

static void
doubles_to_ten_seconds(void **state)
{
	static const int want[] = { 100, 200, 400, 800, 1600, 3200, 6400, 10000,
		10000 };
	struct backoff backoff = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(backoff_next(&backoff, 0, false), want[i]);
}

static void
starts_again_after_a_minute_of_health(void **state)
{
	struct backoff backoff = { 0 };

	(void)state;
	assert_int_equal(backoff_next(&backoff, 1000, false), 100);
	assert_int_equal(backoff_next(&backoff, 59999, false), 200);
	assert_int_equal(backoff_next(&backoff, 60000, false), 100);
	assert_int_equal(backoff_next(&backoff, 0, false), 200);
}

static void
restarts_at_once_the_first_time_only(void **state)
{
	struct backoff backoff = { 0 };

	(void)state;
	assert_int_equal(backoff_next(&backoff, 5000, true), 0);
	assert_int_equal(backoff_next(&backoff, 5000, true), 100);
	assert_int_equal(backoff_next(&backoff, 5000, true), 200);
	assert_int_equal(backoff_next(&backoff, 60000, true), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubles_to_ten_seconds),
		cmocka_unit_test(starts_again_after_a_minute_of_health),
		cmocka_unit_test(restarts_at_once_the_first_time_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
