/* The life of a service and what its hooks, tasks and calls may do in it. */
#include "runtime/service/service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tomodachi.h>

#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/loop/loop.h"
#include "runtime/service/call.h"
#include "runtime/service/host.h"
#include "runtime/service/module.h"
#include "runtime/service/transport.h"
#include "transports/all.h"

static struct {
	struct loop *loop;
	struct service *service;
	char trace[512]; /* what happened, a word each */
	int exit_code, end_code;
	char line[256];
	tomo_fn *on_ready; /* run as a task once ready */
	tomo_fn *body;
	struct tomo_task *task;
	struct tomo_event *event;
} test;

static void
note(const char *word)
{
	strcat(test.trace, word);
	strcat(test.trace, " ");
}

/* ---- a host that opens at once ---- */

static void
host_named(struct host *host, struct service *service)
{
	(void)host;
	(void)service;
	note("named");
}

static void
host_ready(struct host *host)
{
	(void)host;
	note("ready");
	service_open(test.service);
	if (test.on_ready != NULL)
		tomo_post(test.service->post, test.on_ready, NULL);
}

static void
host_exit(struct host *host, int code)
{
	(void)host;
	test.exit_code = code;
	service_stop(test.service, false);
}

static void
host_ended(struct host *host, int code, const char *line)
{
	(void)host;
	note("ended");
	test.end_code = code;
	if (line != NULL)
		strncpy(test.line, line, sizeof(test.line) - 1);
	loop_stop(test.loop);
}

static const struct transport *const no_transports[] = { NULL };

/* Runs a service from init to its end, which something in it must bring. */
static void
run(const struct tomo_service *descriptor, tomo_fn *on_ready, const char *grace)
{
	static struct host host = { .named = host_named,
		.ready = host_ready,
		.exit = host_exit,
		.ended = host_ended };
	struct options *options = options_new(all_option_tables);
	struct error err;

	memset(&test, 0, sizeof(test));
	transports = no_transports;
	log_setup(LOG_DISABLED, TOMO_LOG_ERROR);
	if (grace != NULL)
		assert_int_equal(options_set_argument(options, grace, &err), 0);
	test.loop = loop_new(65536, &err);
	assert_non_null(test.loop);
	test.on_ready = on_ready;
	test.service = service_new(test.loop, &host,
	    module_from(descriptor, &err), options, "a-uuid", 0);
	service_start(test.service);
	loop_run(test.loop);
	service_free(test.service);
	loop_free(test.loop);
}

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

static int
leave(struct tomo_call *call)
{
	note("leave");
	tomo_exit(call, 3);
	return 0;
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
tick(struct tomo_call *call)
{
	int code;

	while ((code = tomo_sleep(call, 1)) == 0)
		;
	note(code == TOMO_ECANCELLED ? "cancelled" : "other");
	return code;
}

static int
start_ticking(struct tomo_call *call)
{
	return tomo_spawn(call, tick, NULL, NULL);
}

static void
a_hooks_task_lives_until_the_stop_and_is_cancelled(void **state)
{
	const struct tomo_service service = { .size = sizeof(service),
		.abi = TOMO_ABI,
		.name = "t",
		.start = start_ticking,
		.stop = stop };

	(void)state;
	run(&service, leave, NULL);
	assert_string_equal(
	    test.trace, "named ready leave cancelled stop ended ");
}

static int
child(struct tomo_call *call)
{
	const char *word = tomo_task_arg(call);

	if (tomo_sleep(call, strcmp(word, "long") == 0 ? 60000 : 1) < 0)
		note("cut");
	note(word);
	return 42;
}

static int
parent(struct tomo_call *call)
{
	struct tomo_task *brief;
	int result = 0;

	assert_int_equal(tomo_spawn(call, child, "long", NULL), 0);
	assert_int_equal(tomo_spawn(call, child, "brief", &brief), 0);
	assert_int_equal(tomo_join(call, brief, &result), 0);
	assert_int_equal(result, 42);
	note("joined");
	return 0;
}

static int
run_parent(struct tomo_call *call)
{
	struct tomo_task *task;

	assert_int_equal(tomo_spawn(call, parent, NULL, &task), 0);
	assert_int_equal(tomo_join(call, task, NULL), 0);
	note("after");
	tomo_exit(call, 0);
	return 0;
}

static void
a_call_ends_after_its_tasks_which_it_cancels(void **state)
{
	const struct tomo_service service = {
		.size = sizeof(service), .abi = TOMO_ABI, .name = "t"
	};

	(void)state;
	run(&service, run_parent, NULL);
	assert_string_equal(
	    test.trace, "named ready brief joined cut long after ended ");
}

static int
late(struct tomo_call *call)
{
	struct tomo_task *task;
	int result = 7;

	assert_int_equal(tomo_spawn(call, child, "long", &task), 0);
	tomo_deadline(call, 5);
	assert_int_equal(tomo_join(call, task, &result), TOMO_ETIMEOUT);
	assert_int_equal(tomo_sleep(call, 0), TOMO_ETIMEOUT);
	tomo_deadline(call, 0);
	tomo_cancel(task);
	assert_int_equal(tomo_join(call, task, &result), 0);
	assert_int_equal(result, 42);
	tomo_exit(call, 0);
	return 0;
}

static void
a_join_past_its_deadline_leaves_the_handle_good(void **state)
{
	const struct tomo_service service = {
		.size = sizeof(service), .abi = TOMO_ABI, .name = "t"
	};

	(void)state;
	run(&service, late, NULL);
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

static int
block(void *arg)
{
	*(int *)arg = 1;
	return 5;
}

static int
waiter(struct tomo_call *call)
{
	(void)call;
	note("wait");
	assert_int_equal(tomo_event_wait(call, test.event), 0);
	note("woken");
	return 0;
}

static int
use_everything(struct tomo_call *call)
{
	struct tomo_semaphore *semaphore = tomo_semaphore_new(call, 1);
	struct tomo_task *task;
	int ran = 0;

	assert_int_equal(tomo_offload(call, block, &ran), 5);
	assert_int_equal(ran, 1);
	test.event = tomo_event_new(call);
	assert_int_equal(tomo_spawn(call, waiter, NULL, &task), 0);
	tomo_sleep(call, 1);
	tomo_event_set(test.event);
	assert_int_equal(tomo_join(call, task, NULL), 0);
	assert_int_equal(tomo_event_wait(call, test.event), 0);
	tomo_event_free(test.event);
	assert_int_equal(tomo_semaphore_acquire(call, semaphore), 0);
	tomo_deadline(call, 2);
	assert_int_equal(
	    tomo_semaphore_acquire(call, semaphore), TOMO_ETIMEOUT);
	tomo_deadline(call, 0);
	tomo_semaphore_release(semaphore);
	tomo_semaphore_free(semaphore);
	assert_int_equal(
	    tomo_wait_fd(call, -1, TOMO_READABLE, 1), TOMO_ESYSTEM);
	assert_int_equal(tomo_wait_fd(call, 0, 8, 1), TOMO_EINVAL);
	assert_null(tomo_http_path(call));
	assert_int_equal(tomo_http_text(call, 200, "x"), TOMO_EKIND);
	tomo_exit(call, 0);
	return 0;
}

static void
a_task_may_use_all_of_task_h_and_nothing_of_http_h(void **state)
{
	const struct tomo_service service = {
		.size = sizeof(service), .abi = TOMO_ABI, .name = "t"
	};

	(void)state;
	run(&service, use_everything, NULL);
	assert_string_equal(test.trace, "named ready wait woken ended ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hooks_run_in_order_and_may_wait),
		cmocka_unit_test(a_failing_start_ends_with_one_line),
		cmocka_unit_test(only_init_sets_options),
		cmocka_unit_test(
		    a_hooks_task_lives_until_the_stop_and_is_cancelled),
		cmocka_unit_test(a_call_ends_after_its_tasks_which_it_cancels),
		cmocka_unit_test(
		    a_join_past_its_deadline_leaves_the_handle_good),
		cmocka_unit_test(
		    a_handler_is_cancelled_when_the_grace_period_ends),
		cmocka_unit_test(
		    a_call_keeps_values_and_runs_defers_last_first),
		cmocka_unit_test(
		    a_task_may_use_all_of_task_h_and_nothing_of_http_h),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
