/* The life of a service: hooks, options, values, the grace period. */
#include "test/unit/runtime/service/life.h"

#define HOOK(name) \
	static int name(struct tomo_call *call) \
	{ \
		note(#name); \
		return tomo_sleep(call, 1); \
	}

HOOK(init)
HOOK(start)
HOOK(stopping)
HOOK(stop)

static int
started(struct tomo_call *call)
{
	note("started");
	tomo_exit(call, 3);
	return tomo_sleep(call, 1);
}

static void
hooks_run_in_order_and_may_wait(void **state)
{
	const struct tomo_service service = { .size = sizeof(service),
		.abi = TOMO_ABI,
		.name = "t",
		.init = init,
		.start = start,
		.started = started,
		.stopping = stopping,
		.stop = stop };

	(void)state;
	run(&service, NULL, NULL);
	assert_string_equal(
	    test.trace, "init named start ready started stopping stop ended ");
	assert_int_equal(test.exit_code, 3);
	assert_int_equal(test.end_code, 0);
}

static int
fail_start(struct tomo_call *call)
{
	return tomo_fail(call, TOMO_EUNAVAILABLE, "no %s", "database");
}

static void
a_failing_start_ends_with_one_line(void **state)
{
	const struct tomo_service service = { .size = sizeof(service),
		.abi = TOMO_ABI,
		.name = "t",
		.start = fail_start,
		.stop = stop };

	(void)state;
	run(&service, NULL, NULL);
	assert_int_equal(test.end_code, 1);
	assert_string_equal(
	    test.line, "t: hook start failed: no database (TOMO_EUNAVAILABLE)");
}

static int
set_options(struct tomo_call *call)
{
	assert_int_equal(tomo_option_set(call, "http.port", "4711"), 0);
	assert_int_equal(
	    tomo_option_set(call, "http.port", "\"x\""), TOMO_EINVAL);
	return 0;
}

static int
read_options(struct tomo_call *call)
{
	assert_int_equal(tomo_option_int(call, "http.port"), 4711);
	assert_int_equal(tomo_option_int(call, "no.such"), 0);
	assert_string_equal(
	    tomo_option_string(call, "http.server_header"), "tomodachi");
	assert_int_equal(tomo_option_set(call, "http.port", "1"), TOMO_EINVAL);
	assert_string_equal(tomo_service_uuid(call), "a-uuid");
	tomo_exit(call, 0);
	return 0;
}

static void
only_init_sets_options(void **state)
{
	const struct tomo_service service = { .size = sizeof(service),
		.abi = TOMO_ABI,
		.name = "t",
		.init = set_options };

	(void)state;
	run(&service, read_options, NULL);
	assert_int_equal(test.end_code, 0);
}

static int
stubborn(struct tomo_call *call)
{
	tomo_exit(call, 0);
	if (tomo_sleep(call, 60000) == TOMO_ECANCELLED)
		note("cancelled");
	return 0;
}

static void
on_stubborn_end(struct tomo_call *call)
{
	note(call->code == 0 ? "walked" : "other");
}

static int
start_handler(struct tomo_call *call)
{
	struct tomo_call *handler = call_new(
	    call->service, TOMO_KIND_HTTP, stubborn, "stubborn");

	return call_start(handler, on_stubborn_end);
}

static void
a_handler_is_cancelled_when_the_grace_period_ends(void **state)
{
	const struct tomo_service service = { .size = sizeof(service),
		.abi = TOMO_ABI,
		.name = "t",
		.stop = stop };

	(void)state;
	run(&service, start_handler, "http.termination_grace_period_seconds=0");
	assert_string_equal(
	    test.trace, "named ready cancelled walked stop ended ");
}

static int
wait_for_stop(struct tomo_call *call)
{
	tomo_exit(call, 0);
	while (!tomo_is_stopping(call))
		if (tomo_sleep(call, 1) < 0)
			note("cancelled");
	note("seen");
	return 0;
}

static void
a_started_hook_sees_that_a_stop_has_begun(void **state)
{
	const struct tomo_service service = { .size = sizeof(service),
		.abi = TOMO_ABI,
		.name = "t",
		.started = wait_for_stop };

	(void)state;
	run(&service, NULL, NULL);
	assert_string_equal(test.trace, "named ready seen ended ");
}

static void
stop_does_not_run_after_a_start_that_failed(void **state)
{
	const struct tomo_service service = { .size = sizeof(service),
		.abi = TOMO_ABI,
		.name = "t",
		.start = fail_start,
		.stop = stop };

	(void)state;
	run(&service, NULL, NULL);
	assert_null(strstr(test.trace, "stop"));
}

static void
release(void *value)
{
	note(value);
}

static int
keep_values(struct tomo_call *call)
{
	size_t mark;
	char *text;

	tomo_defer(call, release, "first-deferred");
	tomo_defer(call, release, "last-deferred");
	tomo_set(call, "a", "old", release);
	tomo_set(call, "a", "new", release);
	assert_string_equal(tomo_get(call, "a"), "new");
	assert_null(tomo_get(call, "b"));
	mark = tomo_mark(call);
	text = tomo_printf(call, "%d-%s", 7, "x");
	assert_string_equal(text, "7-x");
	tomo_rewind(call, mark);
	assert_int_equal(
	    tomo_fail(call, TOMO_EINVAL, "bad %d", 1), TOMO_EINVAL);
	assert_string_equal(tomo_error(call), "bad 1");
	tomo_exit(call, 0);
	return 0;
}

static void
a_call_keeps_values_and_runs_defers_last_first(void **state)
{
	const struct tomo_service service = {
		.size = sizeof(service), .abi = TOMO_ABI, .name = "t"
	};

	(void)state;
	run(&service, keep_values, NULL);
	assert_string_equal(test.trace,
	    "named ready old last-deferred first-deferred new ended ");
}

/* Looks at a service whose stop is delayed for an hour, and ends that. */
static int
stop_with_delay(struct tomo_call *call)
{
	struct service *service = call->service;

	service_stop(service, STOP_DELAYED);
	note(tomo_is_stopping(call) ? "begun" : "not_begun");
	while (strstr(test.trace, "stopping") == NULL)
		assert_int_equal(tomo_sleep(call, 1), 0);
	service_stop(service, STOP_DELAYED);
	assert_int_equal(tomo_sleep(call, 1), 0);
	assert_int_equal(service->state, SERVICE_OPEN);
	assert_true(service_is_ending(service));
	note("serves");
	service_stop(service, STOP_AT_ONCE);
	assert_int_equal(tomo_sleep(call, 1), TOMO_ECANCELLED);
	return 0;
}

static void
a_delayed_stop_serves_on_after_its_hook(void **state)
{
	const struct tomo_service service = { .size = sizeof(service),
		.abi = TOMO_ABI,
		.name = "t",
		.stopping = stopping,
		.stop = stop };

	(void)state;
	run(&service, stop_with_delay, "http.shutdown_delay_seconds=3600");
	assert_string_equal(
	    test.trace, "named ready begun stopping serves stop ended ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hooks_run_in_order_and_may_wait),
		cmocka_unit_test(a_delayed_stop_serves_on_after_its_hook),
		cmocka_unit_test(a_failing_start_ends_with_one_line),
		cmocka_unit_test(only_init_sets_options),
		cmocka_unit_test(a_started_hook_sees_that_a_stop_has_begun),
		cmocka_unit_test(stop_does_not_run_after_a_start_that_failed),
		cmocka_unit_test(
		    a_handler_is_cancelled_when_the_grace_period_ends),
		cmocka_unit_test(
		    a_call_keeps_values_and_runs_defers_last_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
