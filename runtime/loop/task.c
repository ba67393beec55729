#include "runtime/loop/task.h"

#include <assert.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdatomic.h>
#include <stddef.h>

#include <tomodachi/abi.h>

#include "runtime/base/clock.h"
#include "runtime/base/prefetch.h"
#include "runtime/loop/coroutine.h"
#include "runtime/loop/inside.h"

#define NS_PER_MS 1000000

/* The longest that a timer is set for; it is set again when that is over. */
#define TIMER_MAX_NS ((int64_t)24 * 3600 * 1000 * NS_PER_MS)

/* A wait's timer, on the stack of the coroutine that waits. */
struct timer {
	struct event event;
	struct task *task;
	int64_t due_ns; /* of clock_ns() */
};

static struct task *current;

struct task *
task_current(void)
{
	return current;
}

/* ---- running ---- */

static void
make_ready(struct task *task)
{
	struct ready_queue *queue = &task->loop->ready;

	task->ready = true;
	task->next_ready = NULL;
	if (queue->first == NULL)
		queue->first = task;
	else
		queue->last->next_ready = task;
	queue->last = task;
}

/* Two plain stores and two loads that the stall watchdog costs. */
static void
begin_turn(struct turns *turns)
{
	const uint64_t turn = atomic_load_explicit(
	    &turns->turn, memory_order_relaxed);

	atomic_store_explicit(&turns->turn, turn + 1, memory_order_relaxed);
	if (atomic_load_explicit(&turns->parked, memory_order_relaxed))
		stall_unpark(turns->stall);
}

static void
end_turn(struct turns *turns)
{
	const uint64_t turn = atomic_load_explicit(
	    &turns->turn, memory_order_relaxed);

	atomic_store_explicit(&turns->turn, turn + 1, memory_order_relaxed);
	/* From here on the watchdog's signal finds the turn over. */
	atomic_signal_fence(memory_order_seq_cst);
	if (turns->caught)
		stall_report(turns->stall);
}

/* Lets the task have the loop until it waits or ends; it may be gone then. */
static void
resume(struct task *task)
{
	struct turns *turns = &task->loop->turns;
	bool ended;

	current = task;
	begin_turn(turns);
	ended = coroutine_resume(task->coroutine);
	end_turn(turns);
	current = NULL;
	if (!ended)
		return;
	task->coroutine = NULL;
	task->on_end(task);
}

/*
 * What a task runs on is far from the processor when its turn comes.  A part of
 * it tells where the next is, so it is asked for in the two turns before.
 */
static void
fetch_ahead(const struct task *next)
{
	const struct task *after = next != NULL ? next->next_ready : NULL;

	if (next != NULL)
		coroutine_prefetch_stack(next->coroutine);
	if (after == NULL)
		return;
	coroutine_prefetch(after->coroutine);
	prefetch(after->next_ready, sizeof(*after));
}

void
task_run_ready(struct loop *loop)
{
	struct task *task = loop->ready.first, *next;

	/* What becomes ready meanwhile waits for a look at the events. */
	loop->ready = (struct ready_queue) { NULL, NULL };
	for (; task != NULL; task = next) {
		next = task->next_ready;
		fetch_ahead(next);
		task->ready = false;
		resume(task);
	}
}

static void
enter(void *arg)
{
	struct task *task = arg;

	task->run(task);
}

void
task_init(struct task *task, struct loop *loop, const char *name,
    void (*run)(struct task *task), void (*on_end)(struct task *task))
{
	task->loop = loop;
	task->name = name;
	task->run = run;
	task->on_end = on_end;
}

int
task_start(struct task *task)
{
	task->coroutine = coroutine_new(task->loop->pool, enter, task);
	if (task->coroutine == NULL)
		return -1;
	if (current != NULL)
		make_ready(task);
	else
		resume(task);
	return 0;
}

/* ---- waiting ---- */

/* Ends a wait without a wake, unless something has ended it before. */
static void
interrupt(struct task *task, int result)
{
	if (!task->waiting || task->ready)
		return;
	task->result = result;
	make_ready(task);
}

bool
task_wake(struct task *task, int result)
{
	if (!task->waiting || task->woken)
		return false;
	task->woken = true;
	task->result = result;
	if (!task->ready)
		make_ready(task);
	return true;
}

void
task_cancel(struct task *task)
{
	task->cancelled = true;
	if (!task->shielded)
		interrupt(task, TOMO_ECANCELLED);
}

int
task_check(const struct task *task)
{
	if (task->cancelled)
		return TOMO_ECANCELLED;
	if (task->deadline_ms != 0 && clock_ms() >= task->deadline_ms)
		return TOMO_ETIMEOUT;
	return 0;
}

static void
set_timer(struct timer *timer, int64_t left_ns)
{
	const int64_t ns = left_ns < TIMER_MAX_NS ? left_ns : TIMER_MAX_NS;
	const int64_t us = (ns + 999) / 1000;
	const struct timeval tv = { us / 1000000, us % 1000000 };

	event_add(&timer->event, &tv);
}

/* libevent's clock is coarse, some milliseconds behind: it may be too early. */
static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct timer *timer = arg;
	const int64_t left_ns = timer->due_ns - clock_ns();

	(void)fd;
	(void)what;
	if (left_ns > 0)
		set_timer(timer, left_ns);
	else
		interrupt(timer->task, TOMO_ETIMEOUT);
}

/* Suspends until the task is made ready. */
static int
suspend(struct task *task)
{
	assert(task == current && !task->waiting);
	task->waiting = true;
	coroutine_suspend();
	task->waiting = task->woken = false;
	return task->result;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When a wait that begins now must end: a time of clock_ns(). */
static int64_t
due_at(const struct task *task, int64_t now_ns, int64_t timeout_ms)
{
	int64_t due_ns = INT64_MAX;

	if (timeout_ms > 0 && timeout_ms < (INT64_MAX - now_ns) / NS_PER_MS)
		due_ns = now_ns + timeout_ms * NS_PER_MS;
	if (task->deadline_ms != 0 && task->deadline_ms < INT64_MAX / NS_PER_MS)
		due_ns = earlier(due_ns, task->deadline_ms * NS_PER_MS);
	return due_ns;
}

static int
wait_until(struct task *task, int64_t due_ns, int64_t now_ns)
{
	struct timer timer = { .task = task, .due_ns = due_ns };
	int result;

	evtimer_assign(&timer.event, task->loop->base, on_timer, &timer);
	set_timer(&timer, due_ns - now_ns);
	result = suspend(task);
	event_del(&timer.event);
	return result;
}

/* Lets the others run once. */
static int
yield(struct task *task)
{
	const int over = task_check(task);

	if (over != 0)
		return over;
	task->result = TOMO_ETIMEOUT;
	make_ready(task);
	return suspend(task);
}

int
task_wait(struct task *task, int64_t timeout_ms)
{
	int64_t now_ns, due_ns;

	if (timeout_ms == 0)
		return yield(task);
	if (task->cancelled)
		return TOMO_ECANCELLED;
	if (timeout_ms < 0 && task->deadline_ms == 0)
		return suspend(task);
	now_ns = clock_ns();
	due_ns = due_at(task, now_ns, timeout_ms);
	if (due_ns <= now_ns)
		return TOMO_ETIMEOUT;
	return wait_until(task, due_ns, now_ns);
}

int
task_wait_shielded(struct task *task)
{
	int result;

	task->shielded = true;
	result = suspend(task);
	task->shielded = false;
	return result;
}
