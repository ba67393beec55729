#include "runtime/loop/loop.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>

#include "runtime/base/clock.h"
#include "runtime/loop/coroutine.h"
#include "runtime/loop/inside.h"
#include "test/unit/runtime/loop/job.h"

#define THREADS 8
#define POSTS 2000

/* ---- the order of a pass ---- */

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	note('e');
	task_wake(arg, 0);
}

static void
body_wait_and_note(struct job *job)
{
	task_wait(&job->task, -1);
	note(job->letter);
}

static void
note_arg(void *arg)
{
	note(*(const char *)arg);
}

static void
runs_events_then_tasks_then_hooks(void **state)
{
	struct job job = make_job(body_wait_and_note, 't');
	struct loop_hook first = { .fn = note_arg, .arg = "1" };
	struct loop_hook second = { .fn = note_arg, .arg = "2" };
	struct event event;

	(void)state;
	loop_add_hook(loop, &first);
	loop_add_hook(loop, &second);
	start_job(&job);
	event_assign(&event, loop_base(loop), -1, 0, on_event, &job.task);
	event_active(&event, EV_READ, 0);
	loop_pass(loop, true);
	assert_string_equal(trace, "et12");
	loop_remove_hook(loop, &first);
	loop_pass(loop, false);
	assert_string_equal(trace, "et122");
	loop_remove_hook(loop, &second);
	loop_remove_hook(loop, &second);
	loop_pass(loop, false);
	assert_string_equal(trace, "et122");
}

static void
body_wake_other(struct job *job)
{
	task_wait(&job->task, -1);
	note(job->letter);
	task_wake(job->arg, 0);
}

static void
looks_at_events_between_tasks_that_wake_each_other(void **state)
{
	struct job second = make_job(body_wait_and_note, 'b');
	struct job first = make_job(body_wake_other, 'a');
	struct loop_hook hook = { .fn = note_arg, .arg = "|" };

	(void)state;
	loop_add_hook(loop, &hook);
	first.arg = &second.task;
	start_job(&second);
	start_job(&first);
	task_wake(&first.task, 0);
	loop_pass(loop, true);
	loop_pass(loop, true);
	assert_string_equal(trace, "a|b|");
	loop_remove_hook(loop, &hook);
}

/* ---- hooks that remove hooks ---- */

static struct loop_hook hooks[3];

static void
remove_first_two(void *arg)
{
	(void)arg;
	note('x');
	loop_remove_hook(loop, &hooks[0]);
	loop_remove_hook(loop, &hooks[1]);
}

static void
lets_a_hook_remove_itself_and_the_next(void **state)
{
	(void)state;
	hooks[0] = (struct loop_hook) { .fn = remove_first_two };
	hooks[1] = (struct loop_hook) { .fn = note_arg, .arg = "b" };
	hooks[2] = (struct loop_hook) { .fn = note_arg, .arg = "c" };
	for (int i = 0; i < 3; i++)
		loop_add_hook(loop, &hooks[i]);
	loop_pass(loop, false);
	loop_pass(loop, false);
	assert_string_equal(trace, "xcc");
}

/* ---- time ---- */

static void
keeps_the_time_during_a_pass(void **state)
{
	(void)state;
	clock_fake(5000000000, 7000000000);
	assert_int_equal(loop_now_ms(loop), 5000);
	assert_int_equal(loop_unix_s(loop), 7000);
	clock_fake(6000000000, 8000000000);
	assert_int_equal(loop_now_ms(loop), 5000);
	assert_int_equal(loop_unix_s(loop), 7000);
	loop_pass(loop, false);
	assert_int_equal(loop_now_ms(loop), 6000);
	assert_int_equal(loop_unix_s(loop), 8000);
	clock_fake(0, 0);
}

/* ---- stacks ---- */

static void
body_wait(struct job *job)
{
	task_wait(&job->task, -1);
}

static void
plans_to_give_surplus_stacks_back(void **state)
{
	struct job jobs[COROUTINE_POOL_KEEP + 1];
	const int njobs = sizeof(jobs) / sizeof(jobs[0]);

	(void)state;
	for (int i = 0; i < njobs; i++) {
		jobs[i] = make_job(body_wait, '\0');
		start_job(&jobs[i]);
		task_wake(&jobs[i].task, 0);
	}
	assert_false(event_pending(&loop->trim, EV_TIMEOUT, NULL));
	loop_pass(loop, true);
	assert_true(event_pending(&loop->trim, EV_TIMEOUT, NULL));
}

/* ---- running and stopping ---- */

static void
stop_loop(void *arg)
{
	note(*(const char *)arg);
	loop_stop(loop);
}

static void
runs_until_it_is_stopped(void **state)
{
	(void)state;
	assert_int_equal(loop_post(loop, note_arg, "a"), 0);
	assert_int_equal(loop_post(loop, stop_loop, "b"), 0);
	assert_int_equal(loop_post(loop, note_arg, "c"), 0);
	loop_run(loop);
	assert_string_equal(trace, "abc");
}

static void
post_more(void *arg)
{
	(void)arg;
	loop_stop(loop);
	assert_int_equal(loop_post(loop, note_arg, "l"), 0);
}

static void
runs_what_was_posted_before_it_refuses(void **state)
{
	(void)state;
	assert_int_equal(loop_post(loop, post_more, NULL), 0);
	loop_run(loop);
	assert_string_equal(trace, "l");
	assert_int_equal(loop_post(loop, note_arg, "x"), -1);
	loop_pass(loop, false);
	assert_string_equal(trace, "l");
}

static void
sends_even_when_stopped(void **state)
{
	struct loop_message message = { .fn = note_arg, .arg = "m" };

	(void)state;
	loop_stop(loop);
	loop_run(loop);
	loop_send(loop, &message);
	loop_pass(loop, true);
	assert_string_equal(trace, "m");
}

static void
forgets_what_it_never_ran(void **state)
{
	struct loop_message message = { .fn = note_arg, .arg = "m" };

	(void)state;
	assert_int_equal(loop_post(loop, note_arg, "x"), 0);
	loop_send(loop, &message);
	loop_free(loop);
	loop = NULL;
	assert_string_equal(trace, "");
}

/* ---- posts of many threads ---- */

struct letter;

struct sender {
	pthread_t thread;
	struct letter *letters;
	int refused, arrived;
	bool out_of_order;
};

struct letter {
	struct sender *from;
	int number;
};

static struct letter letters[THREADS][POSTS];
static int arrived;

static void
on_letter(void *arg)
{
	const struct letter *letter = arg;

	if (letter->number != letter->from->arrived)
		letter->from->out_of_order = true;
	letter->from->arrived++;
	if (++arrived == THREADS * POSTS)
		loop_stop(loop);
}

static void *
post_many(void *arg)
{
	struct sender *sender = arg;

	for (int i = 0; i < POSTS; i++) {
		struct letter *letter = &sender->letters[i];

		*letter = (struct letter) { sender, i };
		if (loop_post(loop, on_letter, letter) == -1)
			sender->refused++;
	}
	return NULL;
}

static void
takes_posts_of_many_threads_in_order(void **state)
{
	struct sender senders[THREADS] = { 0 };

	(void)state;
	arrived = 0;
	for (int i = 0; i < THREADS; i++) {
		senders[i].letters = letters[i];
		pthread_create(
		    &senders[i].thread, NULL, post_many, &senders[i]);
	}
	loop_run(loop);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(senders[i].thread, NULL);
		assert_int_equal(senders[i].arrived, POSTS);
		assert_int_equal(senders[i].refused, 0);
		assert_false(senders[i].out_of_order);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(runs_events_then_tasks_then_hooks),
		TEST(looks_at_events_between_tasks_that_wake_each_other),
		TEST(lets_a_hook_remove_itself_and_the_next),
		TEST(keeps_the_time_during_a_pass),
		TEST(plans_to_give_surplus_stacks_back),
		TEST(runs_until_it_is_stopped),
		TEST(runs_what_was_posted_before_it_refuses),
		TEST(sends_even_when_stopped),
		TEST(forgets_what_it_never_ran),
		TEST(takes_posts_of_many_threads_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
