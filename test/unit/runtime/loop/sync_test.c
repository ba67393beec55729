#include "runtime/loop/sync.h"

#include <tomodachi/abi.h>

#include "runtime/base/clock.h"
#include "test/unit/runtime/loop/job.h"

static struct flag *flag;
static struct semaphore *semaphore;

static void
body_flag(struct job *job)
{
	job->got = flag_wait(flag, &job->task);
	note(job->letter);
}

static void
body_acquire(struct job *job)
{
	job->got = semaphore_acquire(semaphore, &job->task);
	note(job->letter);
}

/* The units there are, taken by tasks that end. */
static unsigned
count_units(void)
{
	unsigned units = 0;

	for (;;) {
		struct job job = make_job(body_acquire, '.');

		start_job(&job);
		if (job.ended && job.got == 0) {
			units++;
			continue;
		}
		task_cancel(&job.task);
		run_until_ended(&job);
		return units;
	}
}

static void
wakes_all_who_wait_for_a_flag(void **state)
{
	struct job a = make_job(body_flag, 'a'), b = make_job(body_flag, 'b');
	struct job late = make_job(body_flag, 'c');

	(void)state;
	start_job(&a);
	start_job(&b);
	flag_set(flag);
	/* Those who waited when it was set have seen it, whatever comes. */
	flag_clear(flag);
	loop_pass(loop, true);
	assert_string_equal(trace, "ab");
	assert_int_equal(a.got, 0);
	assert_int_equal(b.got, 0);
	start_job(&late);
	loop_pass(loop, false);
	assert_false(late.ended);
	flag_set(flag);
	loop_pass(loop, true);
	assert_true(late.ended);
}

static void
passes_a_set_flag_at_once(void **state)
{
	struct job job = make_job(body_flag, 'a');

	(void)state;
	flag_set(flag);
	start_job(&job);
	assert_true(job.ended);
	assert_int_equal(job.got, 0);
}

static void
refuses_the_cancelled_and_the_late(void **state)
{
	struct job cancelled = make_job(body_flag, 'a');
	struct job late = make_job(body_acquire, 'b');

	(void)state;
	flag_set(flag);
	semaphore_release(semaphore);
	cancelled.task.cancelled = true;
	late.task.deadline_ms = 1;
	start_job(&cancelled);
	start_job(&late);
	assert_int_equal(cancelled.got, TOMO_ECANCELLED);
	assert_int_equal(late.got, TOMO_ETIMEOUT);
	assert_int_equal(count_units(), 1);
}

static void
forgets_who_gave_up_on_a_flag(void **state)
{
	struct job a = make_job(body_flag, 'a'), b = make_job(body_flag, 'b');

	(void)state;
	start_job(&a);
	start_job(&b);
	task_cancel(&a.task);
	loop_pass(loop, true);
	assert_int_equal(a.got, TOMO_ECANCELLED);
	flag_set(flag);
	loop_pass(loop, true);
	assert_int_equal(b.got, 0);
}

static void
hands_units_out_in_the_order_of_asking(void **state)
{
	struct job jobs[5];

	(void)state;
	for (int i = 0; i < 5; i++) {
		jobs[i] = make_job(body_acquire, (char)('a' + i));
		start_job(&jobs[i]);
	}
	for (int i = 0; i < 5; i++)
		semaphore_release(semaphore);
	loop_pass(loop, true);
	assert_string_equal(trace, "abcde");
}

static void
body_acquire_again(struct job *job)
{
	semaphore_release(semaphore);
	body_acquire(job);
}

static void
does_not_let_a_newcomer_overtake(void **state)
{
	struct job waits = make_job(body_acquire, 'w');
	struct job greedy = make_job(body_acquire_again, 'g');

	(void)state;
	start_job(&waits);
	/* Releases while another waits, and asks again at once. */
	start_job(&greedy);
	assert_false(greedy.ended);
	loop_pass(loop, true);
	assert_true(waits.ended);
	assert_false(greedy.ended);
	semaphore_release(semaphore);
	run_until_ended(&greedy);
}

static void
loses_no_unit_to_a_cancel(void **state)
{
	struct job before = make_job(body_acquire, 'a');
	struct job after = make_job(body_acquire, 'b');

	(void)state;
	start_job(&before);
	start_job(&after);
	/* Cancelled, but in the queue still when the units come. */
	task_cancel(&before.task);
	semaphore_release(semaphore);
	semaphore_release(semaphore);
	task_cancel(&after.task);
	loop_pass(loop, true);
	assert_int_equal(before.got, 0);
	assert_int_equal(after.got, 0);
	assert_int_equal(count_units(), 0);
}

static void
loses_no_unit_to_a_timeout(void **state)
{
	struct job job = make_job(body_acquire, 'a');

	(void)state;
	job.task.deadline_ms = clock_ms() + 2;
	start_job(&job);
	run_until_ended(&job);
	assert_int_equal(job.got, TOMO_ETIMEOUT);
	semaphore_release(semaphore);
	assert_int_equal(count_units(), 1);
}

static int
make_both(void **state)
{
	flag = flag_new();
	semaphore = semaphore_new(0);
	return flag == NULL || semaphore == NULL ? -1 : set_up(state);
}

static int
free_both(void **state)
{
	flag_free(flag);
	semaphore_free(semaphore);
	return tear_down(state);
}

#define SYNC(f) cmocka_unit_test_setup_teardown(f, make_both, free_both)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SYNC(wakes_all_who_wait_for_a_flag),
		SYNC(passes_a_set_flag_at_once),
		SYNC(refuses_the_cancelled_and_the_late),
		SYNC(forgets_who_gave_up_on_a_flag),
		SYNC(hands_units_out_in_the_order_of_asking),
		SYNC(does_not_let_a_newcomer_overtake),
		SYNC(loses_no_unit_to_a_cancel),
		SYNC(loses_no_unit_to_a_timeout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
