#include "runtime/loop/task.h"

#include <stdint.h>
#include <stdlib.h>

#include <tomodachi/abi.h>

#include "runtime/base/clock.h"
#include "test/unit/runtime/loop/job.h"

#define MANY 5000

static void
body_wait(struct job *job)
{
	job->got = task_wait(&job->task, job->timeout_ms);
	if (job->letter != '\0')
		note(job->letter);
}

static void
body_wait_twice(struct job *job)
{
	job->got = task_wait(&job->task, job->timeout_ms);
	job->got_next = task_wait(&job->task, job->timeout_ms);
}

/* ---- starting and ending ---- */

static void
body_note(struct job *job)
{
	assert_ptr_equal(task_current(), &job->task);
	note(job->letter);
}

static void
runs_at_once_from_the_loop_and_ends(void **state)
{
	struct job job = make_job(body_note, 'a');

	(void)state;
	start_job(&job);
	assert_true(job.ended);
	assert_string_equal(trace, "a");
	assert_null(task_current());
}

static void
body_start_other(struct job *job)
{
	note(job->letter);
	start_job(job->arg);
	note(job->letter);
}

static void
queues_what_a_coroutine_starts(void **state)
{
	struct job inner = make_job(body_note, 'c');
	struct job middle = make_job(body_start_other, 'b');
	struct job outer = make_job(body_start_other, 'a');

	(void)state;
	outer.arg = &middle;
	middle.arg = &inner;
	start_job(&outer);
	assert_string_equal(trace, "aa");
	loop_pass(loop, true);
	assert_string_equal(trace, "aabb");
	loop_pass(loop, true);
	assert_string_equal(trace, "aabbc");
	assert_true(outer.ended && middle.ended && inner.ended);
}

static void
holds_thousands_at_once(void **state)
{
	struct job *jobs = calloc(MANY, sizeof(*jobs));

	(void)state;
	for (int i = 0; i < MANY; i++) {
		jobs[i] = make_job(body_wait, '\0');
		start_job(&jobs[i]);
	}
	for (int i = 0; i < MANY; i++)
		assert_true(task_wake(&jobs[i].task, i));
	loop_pass(loop, true);
	for (int i = 0; i < MANY; i++) {
		assert_true(jobs[i].ended);
		assert_int_equal(jobs[i].got, i);
	}
	free(jobs);
}

/* ---- wakes ---- */

static void
runs_in_the_order_of_the_wakes(void **state)
{
	struct job a = make_job(body_wait, 'a'), b = make_job(body_wait, 'b');
	struct job c = make_job(body_wait, 'c');

	(void)state;
	start_job(&a);
	start_job(&b);
	start_job(&c);
	task_wake(&c.task, 0);
	task_wake(&a.task, 0);
	task_wake(&b.task, 0);
	loop_pass(loop, true);
	assert_string_equal(trace, "cab");
}

static void
takes_the_first_of_two_wakes(void **state)
{
	struct job job = make_job(body_wait_twice, '\0');

	(void)state;
	start_job(&job);
	assert_true(task_wake(&job.task, 1));
	assert_false(task_wake(&job.task, 2));
	loop_pass(loop, true);
	assert_int_equal(job.got, 1);
	assert_false(job.ended);
	assert_true(task_wake(&job.task, 3));
	loop_pass(loop, true);
	assert_int_equal(job.got_next, 3);
	assert_false(task_wake(&job.task, 4));
}

static void
body_yield_for_ever(struct job *job)
{
	while (task_wait(&job->task, 0) != TOMO_ECANCELLED)
		note(job->letter);
}

static void
lets_the_others_run_between_yields(void **state)
{
	struct job a = make_job(body_yield_for_ever, 'a');
	struct job b = make_job(body_yield_for_ever, 'b');

	(void)state;
	start_job(&a);
	start_job(&b);
	loop_pass(loop, true);
	loop_pass(loop, true);
	assert_string_equal(trace, "abab");
	task_cancel(&a.task);
	task_cancel(&b.task);
	loop_pass(loop, true);
	assert_true(a.ended && b.ended);
}

/* ---- cancels ---- */

static void
cancels_this_wait_and_all_later_ones(void **state)
{
	struct job job = make_job(body_wait_twice, '\0');

	(void)state;
	start_job(&job);
	task_cancel(&job.task);
	loop_pass(loop, true);
	assert_true(job.ended);
	assert_int_equal(job.got, TOMO_ECANCELLED);
	assert_int_equal(job.got_next, TOMO_ECANCELLED);
	assert_int_equal(task_check(&job.task), TOMO_ECANCELLED);
}

static void
keeps_what_a_wake_brought_when_a_cancel_follows(void **state)
{
	struct job job = make_job(body_wait_twice, '\0');

	(void)state;
	start_job(&job);
	assert_true(task_wake(&job.task, 7));
	task_cancel(&job.task);
	loop_pass(loop, true);
	assert_int_equal(job.got, 7);
	assert_int_equal(job.got_next, TOMO_ECANCELLED);
}

static void
keeps_what_a_wake_brings_after_a_cancel(void **state)
{
	struct job job = make_job(body_wait_twice, '\0');

	(void)state;
	start_job(&job);
	task_cancel(&job.task);
	assert_true(task_wake(&job.task, 7));
	loop_pass(loop, true);
	assert_int_equal(job.got, 7);
	assert_int_equal(job.got_next, TOMO_ECANCELLED);
}

static void
body_wait_shielded(struct job *job)
{
	job->got = task_wait_shielded(&job->task);
	job->got_next = task_wait(&job->task, -1);
}

static void
ends_a_shielded_wait_by_a_wake_only(void **state)
{
	struct job job = make_job(body_wait_shielded, '\0');

	(void)state;
	job.task.deadline_ms = 1;
	start_job(&job);
	task_cancel(&job.task);
	loop_pass(loop, false);
	assert_false(job.ended);
	assert_true(task_wake(&job.task, 5));
	loop_pass(loop, true);
	assert_int_equal(job.got, 5);
	assert_int_equal(job.got_next, TOMO_ECANCELLED);
}

/* ---- times ---- */

static void
never_times_out_too_early(void **state)
{
	(void)state;
	for (int64_t ms = 1; ms < 8; ms++) {
		struct job job = make_job(body_wait, '\0');
		const int64_t start = clock_ns();

		job.timeout_ms = ms;
		start_job(&job);
		run_until_ended(&job);
		assert_int_equal(job.got, TOMO_ETIMEOUT);
		assert_true(clock_ns() - start >= ms * 1000000);
	}
}

static void
ends_a_wait_at_the_deadline(void **state)
{
	struct job job = make_job(body_wait_twice, '\0');

	(void)state;
	job.timeout_ms = INT64_MAX;
	job.task.deadline_ms = clock_ms() + 5;
	start_job(&job);
	run_until_ended(&job);
	assert_int_equal(job.got, TOMO_ETIMEOUT);
	assert_int_equal(job.got_next, TOMO_ETIMEOUT);
	assert_true(clock_ms() >= job.task.deadline_ms);
	assert_int_equal(task_check(&job.task), TOMO_ETIMEOUT);
}

static void
takes_times_beyond_all_bounds(void **state)
{
	const int64_t times[] = { INT64_MAX, INT64_MAX - 1, INT64_MAX / 1000000,
		INT64_MAX / 1000000 - clock_ms(), INT64_MIN };

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct job job = make_job(body_wait, '\0');

		job.timeout_ms = times[i];
		job.task.deadline_ms = INT64_MAX;
		start_job(&job);
		loop_pass(loop, false);
		assert_false(job.ended);
		task_wake(&job.task, 1);
		loop_pass(loop, true);
		assert_int_equal(job.got, 1);
	}
}

static void
keeps_what_a_wake_brings_after_a_timeout(void **state)
{
	struct job job = make_job(body_wait_twice, '\0');

	(void)state;
	job.timeout_ms = 0;
	start_job(&job);
	/* The time-out has put it into the ready queue already. */
	assert_true(job.task.ready);
	assert_true(task_wake(&job.task, 9));
	loop_pass(loop, true);
	assert_int_equal(job.got, 9);
	loop_pass(loop, true);
	assert_int_equal(job.got_next, TOMO_ETIMEOUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(runs_at_once_from_the_loop_and_ends),
		TEST(queues_what_a_coroutine_starts),
		TEST(holds_thousands_at_once),
		TEST(runs_in_the_order_of_the_wakes),
		TEST(takes_the_first_of_two_wakes),
		TEST(lets_the_others_run_between_yields),
		TEST(cancels_this_wait_and_all_later_ones),
		TEST(keeps_what_a_wake_brought_when_a_cancel_follows),
		TEST(keeps_what_a_wake_brings_after_a_cancel),
		TEST(ends_a_shielded_wait_by_a_wake_only),
		TEST(never_times_out_too_early),
		TEST(ends_a_wait_at_the_deadline),
		TEST(takes_times_beyond_all_bounds),
		TEST(keeps_what_a_wake_brings_after_a_timeout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
