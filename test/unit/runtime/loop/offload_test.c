#include "runtime/loop/offload.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>

#include <tomodachi/abi.h>

#include "runtime/base/clock.h"
#include "test/unit/runtime/loop/job.h"

#define THREADS 4

static struct offload *offload;

/* Functions stay inside until the test lets them out. */
static sem_t entered, leave;
static atomic_int order;

static int
sum(void *arg)
{
	const int *numbers = arg;

	return numbers[0] + numbers[1];
}

static int
stay(void *arg)
{
	const int place = atomic_fetch_add(&order, 1);

	(void)arg;
	sem_post(&entered);
	sem_wait(&leave);
	return place;
}

static int
thread_of(void *arg)
{
	*(pthread_t *)arg = pthread_self();
	return 0;
}

/* 0 if all that may be blocked is, and faults are not. */
static int
blocked_signals(void *arg)
{
	sigset_t now;

	(void)arg;
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	if (!sigismember(&now, SIGTERM) || !sigismember(&now, SIGUSR1))
		return 1;
	return sigismember(&now, SIGSEGV) || sigismember(&now, SIGABRT);
}

static void
body_sum(struct job *job)
{
	int numbers[] = { 40, 2 };

	job->got = offload_run(offload, &job->task, sum, numbers);
}

static void
body_stay(struct job *job)
{
	job->got = offload_run(offload, &job->task, stay, NULL);
	job->got_next = task_check(&job->task);
}

static void
body_thread(struct job *job)
{
	job->got = offload_run(offload, &job->task, thread_of, job->arg);
}

static void
body_blocked(struct job *job)
{
	job->got = offload_run(offload, &job->task, blocked_signals, NULL);
}

static void
returns_what_the_function_returned(void **state)
{
	struct job job = make_job(body_sum, '\0');

	(void)state;
	start_job(&job);
	assert_false(job.ended);
	run_until_ended(&job);
	assert_int_equal(job.got, 42);
}

static void
runs_as_many_at_once_as_there_are_threads(void **state)
{
	struct job jobs[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		jobs[i] = make_job(body_stay, '\0');
		start_job(&jobs[i]);
	}
	for (int i = 0; i < THREADS; i++)
		sem_wait(&entered);
	for (int i = 0; i < THREADS; i++)
		sem_post(&leave);
	for (int i = 0; i < THREADS; i++)
		run_until_ended(&jobs[i]);
}

static void
uses_a_thread_again(void **state)
{
	pthread_t first, second;
	struct job a = make_job(body_thread, '\0');
	struct job b = make_job(body_thread, '\0');
	struct offload *one = offload_new(loop, 1);
	struct offload *all = offload;

	(void)state;
	offload = one;
	a.arg = &first;
	b.arg = &second;
	start_job(&a);
	run_until_ended(&a);
	start_job(&b);
	run_until_ended(&b);
	assert_true(pthread_equal(first, second));
	assert_false(pthread_equal(first, pthread_self()));
	offload = all;
	offload_free(one);
}

static void
begins_in_the_order_of_asking(void **state)
{
	struct job jobs[6];
	struct offload *one = offload_new(loop, 1);
	struct offload *all = offload;

	(void)state;
	offload = one;
	for (int i = 0; i < 6; i++) {
		jobs[i] = make_job(body_stay, '\0');
		start_job(&jobs[i]);
		sem_post(&leave);
	}
	for (int i = 0; i < 6; i++) {
		run_until_ended(&jobs[i]);
		assert_int_equal(jobs[i].got, i);
	}
	offload = all;
	offload_free(one);
}

static void
outlasts_a_deadline_inside_the_function(void **state)
{
	struct job job = make_job(body_stay, '\0');

	(void)state;
	clock_fake(1000000000, 0);
	job.task.deadline_ms = 1001;
	start_job(&job);
	sem_wait(&entered);
	clock_fake(1001000000, 0);
	/* Once the deadline is over it waits for the function alone. */
	while (!job.task.shielded)
		loop_pass(loop, true);
	assert_false(job.ended);
	sem_post(&leave);
	run_until_ended(&job);
	clock_fake(0, 0);
	assert_int_equal(job.got, TOMO_ETIMEOUT);
}

static void
outlasts_a_cancel_inside_the_function(void **state)
{
	struct job job = make_job(body_stay, '\0');

	(void)state;
	start_job(&job);
	sem_wait(&entered);
	task_cancel(&job.task);
	loop_pass(loop, false);
	loop_pass(loop, false);
	assert_false(job.ended);
	sem_post(&leave);
	run_until_ended(&job);
	assert_int_equal(job.got, TOMO_ECANCELLED);
}

static void
gives_up_at_once_while_still_queued(void **state)
{
	struct job inside = make_job(body_stay, '\0');
	struct job queued = make_job(body_stay, '\0');
	struct job next = make_job(body_stay, '\0');
	struct offload *one = offload_new(loop, 1);
	struct offload *all = offload;

	(void)state;
	offload = one;
	start_job(&inside);
	start_job(&queued);
	start_job(&next);
	sem_wait(&entered);
	task_cancel(&queued.task);
	loop_pass(loop, false);
	assert_true(queued.ended);
	assert_int_equal(queued.got, TOMO_ECANCELLED);
	sem_post(&leave);
	sem_post(&leave);
	run_until_ended(&inside);
	run_until_ended(&next);
	assert_int_equal(next.got, 1);
	offload = all;
	offload_free(one);
}

static void
does_not_begin_for_the_cancelled(void **state)
{
	struct job job = make_job(body_stay, '\0');

	(void)state;
	job.task.cancelled = true;
	start_job(&job);
	assert_true(job.ended);
	assert_int_equal(job.got, TOMO_ECANCELLED);
	assert_int_equal(atomic_load(&order), 0);
}

static void
blocks_all_signals_but_faults(void **state)
{
	struct job job = make_job(body_blocked, '\0');

	(void)state;
	start_job(&job);
	run_until_ended(&job);
	assert_int_equal(job.got, 0);
}

static void
refuses_without_threads(void **state)
{
	struct job job = make_job(body_sum, '\0');
	struct offload *none = offload_new(loop, 0);
	struct offload *all = offload;

	(void)state;
	offload = none;
	start_job(&job);
	assert_int_equal(job.got, TOMO_ENOMEM);
	offload = all;
	offload_free(none);
}

static void
leaves_a_stuck_thread_behind(void **state)
{
	struct job job = make_job(body_stay, '\0');
	struct job idle = make_job(body_sum, '\0');

	(void)state;
	start_job(&job);
	sem_wait(&entered);
	start_job(&idle);
	run_until_ended(&idle);
	/* Does not wait for the one inside, whose task never goes on. */
	offload_free(offload);
	offload = NULL;
	loop_free(loop);
	loop = NULL;
	sem_post(&leave);
}

static void
runs_what_nobody_waits_for(void **state)
{
	pthread_t thread = pthread_self(), left = 0;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		offload_leave(offload, stay, NULL);
	for (int i = 0; i < THREADS; i++)
		sem_wait(&entered);
	offload_leave(offload, thread_of, &left);
	assert_int_equal(left, 0);
	/* Still queued: who frees the pool runs it. */
	offload_free(offload);
	offload = NULL;
	assert_true(pthread_equal(left, thread));
	for (int i = 0; i < THREADS; i++)
		sem_post(&leave);
}

static int
make_pool(void **state)
{
	if (set_up(state) == -1)
		return -1;
	sem_init(&entered, 0, 0);
	sem_init(&leave, 0, 0);
	atomic_store(&order, 0);
	offload = offload_new(loop, THREADS);
	return 0;
}

static int
free_pool(void **state)
{
	offload_free(offload);
	return tear_down(state);
}

#define POOL(f) cmocka_unit_test_setup_teardown(f, make_pool, free_pool)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		POOL(returns_what_the_function_returned),
		POOL(runs_as_many_at_once_as_there_are_threads),
		POOL(uses_a_thread_again),
		POOL(begins_in_the_order_of_asking),
		POOL(outlasts_a_deadline_inside_the_function),
		POOL(outlasts_a_cancel_inside_the_function),
		POOL(gives_up_at_once_while_still_queued),
		POOL(does_not_begin_for_the_cancelled),
		POOL(blocks_all_signals_but_faults),
		POOL(refuses_without_threads),
		POOL(runs_what_nobody_waits_for),
		POOL(leaves_a_stuck_thread_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
