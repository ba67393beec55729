/* Tasks: of hooks, of handlers, joined, cancelled. */
#include "test/unit/runtime/service/life.h"

static int
leave(struct tomo_call *call)
{
	note("leave");
	tomo_exit(call, 3);
	return 0;
}

static int
stop(struct tomo_call *call)
{
	note("stop");
	return tomo_sleep(call, 1);
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

/* A holds out until its parent has ended; another call joins it meanwhile. */
static int
brother(struct tomo_call *call)
{
	return tomo_sleep(call, 60000) < 0 ? 0 : 1;
}

static int
father(struct tomo_call *call)
{
	struct tomo_task *other;

	tomo_spawn(call, brother, NULL, &test.task);
	tomo_spawn(call, brother, NULL, &other);
	tomo_event_set(test.event);
	return tomo_sleep(call, 1);
}

static int
stranger(struct tomo_call *call)
{
	struct tomo_task *task;
	int result = 7;

	test.event = tomo_event_new(call);
	tomo_spawn(call, father, NULL, &task);
	tomo_event_wait(call, test.event);
	assert_int_equal(tomo_join(call, test.task, &result), 0);
	assert_int_equal(result, 0);
	assert_int_equal(tomo_join(call, task, NULL), 0);
	assert_int_equal(tomo_join(call, call->self, NULL), TOMO_EINVAL);
	tomo_event_free(test.event);
	tomo_exit(call, 0);
	return 0;
}

static void
a_task_may_be_joined_while_its_parent_ends(void **state)
{
	const struct tomo_service service = {
		.size = sizeof(service), .abi = TOMO_ABI, .name = "t"
	};

	(void)state;
	run(&service, stranger, NULL);
	assert_int_equal(test.end_code, 0);
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
		cmocka_unit_test(
		    a_hooks_task_lives_until_the_stop_and_is_cancelled),
		cmocka_unit_test(a_call_ends_after_its_tasks_which_it_cancels),
		cmocka_unit_test(
		    a_join_past_its_deadline_leaves_the_handle_good),
		cmocka_unit_test(a_task_may_be_joined_while_its_parent_ends),
		cmocka_unit_test(
		    a_task_may_use_all_of_task_h_and_nothing_of_http_h),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
