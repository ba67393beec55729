#include "runtime/loop/stall.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "runtime/base/clock.h"
#include "runtime/loop/inside.h"
#include "test/unit/runtime/loop/job.h"

#define LIMIT_MS 20

struct report {
	int count;
	char task[32];
	int64_t held_ms;
	char *stack;
};

static struct report report;
static struct stall *stall;

static void
on_stall(void *arg, const char *task, int64_t held_ms, const char *stack)
{
	struct report *it = arg;

	it->count++;
	strncpy(it->task, task, sizeof(it->task) - 1);
	it->held_ms = held_ms;
	free(it->stack);
	it->stack = strdup(stack);
}

/* Holds the loop until the watchdog has caught it, and then some. */
__attribute__((noinline, visibility("default"))) void hold_the_loop(void);

void
hold_the_loop(void)
{
	int64_t end;

	while (!loop->turns.caught)
		sched_yield();
	end = clock_ms() + LIMIT_MS;
	while (clock_ms() < end)
		sched_yield();
}

static void
body_hold(struct job *job)
{
	hold_the_loop();
	(void)job;
}

static void
body_hold_then_wait(struct job *job)
{
	hold_the_loop();
	job->got = report.count;
	task_wait(&job->task, -1);
	hold_the_loop();
}

static void
body_wait(struct job *job)
{
	task_wait(&job->task, -1);
}

static void
start_named(struct job *job, const char *name)
{
	task_init(&job->task, loop, name, run_job, on_job_end);
	assert_int_equal(task_start(&job->task), 0);
}

static void
names_the_task_and_its_stack_once(void **state)
{
	struct job job = make_job(body_hold, '\0');

	(void)state;
	start_named(&job, "GET /slow");
	assert_true(job.ended);
	assert_int_equal(report.count, 1);
	assert_string_equal(report.task, "GET /slow");
	assert_true(report.held_ms >= LIMIT_MS);
	assert_non_null(strstr(report.stack, "stall_test+0x"));
	assert_null(strstr(report.stack, "on_signal"));
}

static void
reports_after_the_task_gave_the_loop_back_and_each_time(void **state)
{
	struct job job = make_job(body_hold_then_wait, '\0');

	(void)state;
	start_named(&job, "twice");
	assert_int_equal(job.got, 0);
	assert_int_equal(report.count, 1);
	task_wake(&job.task, 0);
	run_until_ended(&job);
	assert_int_equal(report.count, 2);
}

static void
is_silent_about_a_task_that_only_waits(void **state)
{
	struct job job = make_job(body_wait, '\0');
	const int64_t end = clock_ms() + LIMIT_MS * 5;

	(void)state;
	start_named(&job, "waits");
	while (clock_ms() < end)
		loop_pass(loop, false);
	assert_int_equal(report.count, 0);
	task_wake(&job.task, 0);
	run_until_ended(&job);
	assert_int_equal(report.count, 0);
}

static void
sleeps_while_nothing_runs_and_wakes_up(void **state)
{
	struct job job = make_job(body_hold, '\0');

	(void)state;
	/* It asks to be woken after some looks without a task. */
	while (!atomic_load(&loop->turns.parked))
		sched_yield();
	start_named(&job, "after sleep");
	assert_int_equal(report.count, 1);
	assert_false(atomic_load(&loop->turns.parked));
}

static void
ignores_a_signal_that_it_did_not_send(void **state)
{
	(void)state;
	raise(SIGURG);
	assert_false(loop->turns.caught);
	assert_int_equal(report.count, 0);
}

static void
does_not_start_without_a_limit(void **state)
{
	(void)state;
	assert_null(stall_start(loop, 0, on_stall, &report));
	stall_stop(NULL);
}

static int
watch(void **state)
{
	if (set_up(state) == -1)
		return -1;
	report = (struct report) { 0 };
	stall = stall_start(loop, LIMIT_MS, on_stall, &report);
	return stall == NULL ? -1 : 0;
}

static int
unwatch(void **state)
{
	stall_stop(stall);
	free(report.stack);
	return tear_down(state);
}

#define WATCHED(f) cmocka_unit_test_setup_teardown(f, watch, unwatch)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WATCHED(names_the_task_and_its_stack_once),
		WATCHED(
		    reports_after_the_task_gave_the_loop_back_and_each_time),
		WATCHED(is_silent_about_a_task_that_only_waits),
		WATCHED(sleeps_while_nothing_runs_and_wakes_up),
		WATCHED(ignores_a_signal_that_it_did_not_send),
		TEST(does_not_start_without_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
