#include "runtime/loop/wall_alarm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "runtime/base/clock.h"
#include "runtime/loop/alarm.h"
#include "runtime/loop/loop.h"

static struct {
	struct loop *loop;
	struct wall_alarm *alarm;
	struct alarm *limit; /* ends a test in which nothing rings */
	int rings;
	int64_t rang_ms;
} test;

static int64_t
unix_ms(void)
{
	return clock_unix_us() / 1000;
}

static void
on_ring(void *arg)
{
	(void)arg;
	test.rings++;
	test.rang_ms = unix_ms();
	loop_stop(test.loop);
}

static void
on_limit(void *arg)
{
	(void)arg;
	loop_stop(test.loop);
}

static int
set_up(void **state)
{
	struct error err;

	(void)state;
	test.rings = 0;
	test.loop = loop_new(65536, &err);
	test.alarm = wall_alarm_new(test.loop, on_ring, NULL, &err);
	test.limit = alarm_new(test.loop, on_limit, NULL, &err);
	return test.alarm != NULL && test.limit != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	alarm_free(test.limit);
	wall_alarm_free(test.alarm);
	loop_free(test.loop);
	return 0;
}

static void
run_for(int64_t ms)
{
	alarm_set(test.limit, clock_ms() + ms);
	loop_run(test.loop);
}

static void
rings_once_when_it_is_due(void **state)
{
	const int64_t due_ms = unix_ms() + 30;

	(void)state;
	wall_alarm_set(test.alarm, due_ms);
	run_for(10000);
	assert_int_equal(test.rings, 1);
	assert_true(test.rang_ms >= due_ms);
	run_for(50);
	assert_int_equal(test.rings, 1);
}

static void
rings_at_once_when_it_was_due(void **state)
{
	(void)state;
	wall_alarm_set(test.alarm, unix_ms() - 5000);
	run_for(10000);
	assert_int_equal(test.rings, 1);
	wall_alarm_set(test.alarm, 0);
	run_for(10000);
	assert_int_equal(test.rings, 2);
	wall_alarm_set(test.alarm, INT64_MIN);
	run_for(10000);
	assert_int_equal(test.rings, 3);
}

static void
does_not_ring_for_what_was_put_off(void **state)
{
	(void)state;
	wall_alarm_set(test.alarm, unix_ms() + 10);
	wall_alarm_set(test.alarm, INT64_MAX);
	run_for(50);
	assert_int_equal(test.rings, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    rings_once_when_it_is_due, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    rings_at_once_when_it_was_due, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    does_not_ring_for_what_was_put_off, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
