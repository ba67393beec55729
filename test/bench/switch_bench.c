/*
 * What a coroutine costs: nanoseconds of a resume and suspend, of a pooled
 * call from start to end, and of a pass of the loop that has nothing to do.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tomodachi/abi.h>

#include "runtime/base/clock.h"
#include "runtime/loop/coroutine.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/task.h"

#define STACK ((size_t)256 * 1024)
#define ROUNDS 5
#define TIMES 2000000
#define MANY 10000

static struct loop *loop;
static struct coroutine *switching[MANY];
static struct task waits, yields;
static volatile unsigned counter;

static void
count(void *arg)
{
	(void)arg;
	counter = counter + 1;
}

static void (*volatile function)(void *arg) = count;

static void
suspend_for_ever(void *arg)
{
	volatile const bool *stop = arg;

	while (!*stop)
		coroutine_suspend();
}

static void
run_nothing(struct task *task)
{
	(void)task;
	counter = counter + 1;
}

/* Each waits again and again, until a cancel. */
static void
run_waits(struct task *task)
{
	while (task_wait(task, -1) == 0)
		counter = counter + 1;
}

static void
run_timed_waits(struct task *task)
{
	while (task_wait(task, 60000) == 0)
		counter = counter + 1;
}

static void
run_yields(struct task *task)
{
	while (task_wait(task, 0) == TOMO_ETIMEOUT)
		counter = counter + 1;
}

static void
ignore_end(struct task *task)
{
	(void)task;
}

static void
start(struct task *task, void (*run)(struct task *task))
{
	*task = (struct task) { .loop = NULL };
	task_init(task, loop, "bench", run, ignore_end);
	if (task_start(task) == -1)
		exit(1);
}

static void
end(struct task *task)
{
	task_cancel(task);
	loop_pass(loop, false);
}

/* ---- what is measured, n times ---- */

static void
call_function(int n)
{
	while (n-- > 0)
		function(NULL);
}

static void
switch_one(int n)
{
	while (n-- > 0)
		coroutine_resume(switching[0]);
}

static void
switch_many(int n)
{
	for (int i = 0; i < n; i++)
		coroutine_resume(switching[i % MANY]);
}

static void
call_coroutine(int n)
{
	while (n-- > 0)
		coroutine_resume(coroutine_new(loop_pool(loop), count, NULL));
}

static void
call_task(int n)
{
	while (n-- > 0) {
		struct task task = { .loop = NULL };

		task_init(&task, loop, "bench", run_nothing, ignore_end);
		task_start(&task);
	}
}

static void
wake(struct task *task, int n)
{
	while (n-- > 0) {
		task_wake(task, 0);
		task_run_ready(loop);
	}
}

static void
wake_task(int n)
{
	start(&waits, run_waits);
	wake(&waits, n);
	end(&waits);
}

static void
wake_timed_task(int n)
{
	start(&waits, run_timed_waits);
	wake(&waits, n);
	end(&waits);
}

static void
yield_task(int n)
{
	start(&yields, run_yields);
	while (n-- > 0)
		task_run_ready(loop);
	end(&yields);
}

static void
pass_empty(int n)
{
	for (n /= 20; n > 0; n--)
		loop_pass(loop, false);
}

static const struct row {
	const char *name;
	void (*fn)(int n);
	int divisor;
} rows[] = {
	{ "call of a function pointer", call_function, 1 },
	{ "resume and suspend", switch_one, 1 },
	{ "resume and suspend, 10000 in turn", switch_many, 1 },
	{ "pooled coroutine, start to end", call_coroutine, 1 },
	{ "task, start to end", call_task, 1 },
	{ "task: wait and wake", wake_task, 1 },
	{ "task: wait with a time-out and wake", wake_timed_task, 1 },
	{ "task: yield", yield_task, 1 },
	{ "empty pass (epoll_wait included)", pass_empty, 20 },
};

static double
best_of_rounds(const struct row *row)
{
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		const int64_t start = clock_ns();
		double each;

		row->fn(TIMES);
		each = (double)(clock_ns() - start) / TIMES * row->divisor;
		if (each < best)
			best = each;
	}
	return best;
}

int
main(void)
{
	bool stop = false;

	loop = loop_new(STACK, NULL);
	if (loop == NULL)
		return 1;
	for (int i = 0; i < MANY; i++) {
		switching[i] = coroutine_new(
		    loop_pool(loop), suspend_for_ever, &stop);
		if (switching[i] == NULL)
			return 1;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		printf(
		    "%8.1f ns  %s\n", best_of_rounds(&rows[i]), rows[i].name);
	stop = true;
	for (int i = 0; i < MANY; i++)
		coroutine_resume(switching[i]);
	loop_free(loop);
	return 0;
}
