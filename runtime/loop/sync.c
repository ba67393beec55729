#include "runtime/loop/sync.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "runtime/loop/task.h"

/* One task that waits, on its coroutine's stack. */
struct waiter {
	TAILQ_ENTRY(waiter) link;
	struct task *task;
	bool queued;
};

TAILQ_HEAD(waiters, waiter);

/* Waits in the queue for a wake; 0 if it came. */
static int
wait_in(struct waiters *waiters, struct task *task)
{
	struct waiter waiter = { .task = task, .queued = true };
	int result;

	TAILQ_INSERT_TAIL(waiters, &waiter, link);
	result = task_wait(task, -1);
	if (waiter.queued)
		TAILQ_REMOVE(waiters, &waiter, link);
	return result;
}

/* Takes out and wakes whoever has waited longest. */
static void
wake_first(struct waiters *waiters)
{
	struct waiter *first = TAILQ_FIRST(waiters);

	TAILQ_REMOVE(waiters, first, link);
	first->queued = false;
	task_wake(first->task, 0);
}

/* ---- flags ---- */

struct flag {
	bool set;
	struct waiters waiters;
};

struct flag *
flag_new(void)
{
	struct flag *flag = calloc(1, sizeof(*flag));

	if (flag != NULL)
		TAILQ_INIT(&flag->waiters);
	return flag;
}

void
flag_free(struct flag *flag)
{
	free(flag);
}

void
flag_set(struct flag *flag)
{
	flag->set = true;
	while (!TAILQ_EMPTY(&flag->waiters))
		wake_first(&flag->waiters);
}

void
flag_clear(struct flag *flag)
{
	flag->set = false;
}

int
flag_wait(struct flag *flag, struct task *task)
{
	const int over = task_check(task);

	if (over != 0 || flag->set)
		return over;
	return wait_in(&flag->waiters, task);
}

/* ---- semaphores ---- */

/* While tasks wait there are no units: a release hands its unit on. */
struct semaphore {
	unsigned units;
	struct waiters waiters;
};

struct semaphore *
semaphore_new(unsigned count)
{
	struct semaphore *semaphore = calloc(1, sizeof(*semaphore));

	if (semaphore == NULL)
		return NULL;
	semaphore->units = count;
	TAILQ_INIT(&semaphore->waiters);
	return semaphore;
}

void
semaphore_free(struct semaphore *semaphore)
{
	free(semaphore);
}

int
semaphore_acquire(struct semaphore *semaphore, struct task *task)
{
	const int over = task_check(task);

	if (over != 0)
		return over;
	if (semaphore->units == 0)
		return wait_in(&semaphore->waiters, task);
	semaphore->units--;
	return 0;
}

void
semaphore_release(struct semaphore *semaphore)
{
	/* A wake wins over a time-out and a cancel, so the unit arrives. */
	if (TAILQ_EMPTY(&semaphore->waiters))
		semaphore->units++;
	else
		wake_first(&semaphore->waiters);
}
