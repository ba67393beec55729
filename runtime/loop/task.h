/*
 * A coroutine that waits: for a wake, a time, a deadline, a cancel.
 *
 * Loop thread only.  A task is part of a larger object (a call), whose owner
 * frees it after on_end.  It is never abandoned: cancelled, it runs on with
 * TOMO_ECANCELLED until its function returns.
 */
#ifndef RUNTIME_LOOP_TASK_H
#define RUNTIME_LOOP_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/loop/loop.h"

struct coroutine;

struct task {
	struct loop *loop;
	struct coroutine *coroutine;
	void (*run)(struct task *task);    /* on the coroutine */
	void (*on_end)(struct task *task); /* on the loop's stack; may free */
	const char *name;                  /* for the stall warning */
	int64_t deadline_ms;               /* of clock_ms(); 0: none */
	struct task *next_ready;
	int result; /* of the wait that is over */
	bool cancelled, waiting, woken, ready, shielded;
};

/* Makes a zeroed task ready to start; name must outlive it. */
void task_init(struct task *task, struct loop *loop, const char *name,
    void (*run)(struct task *task), void (*on_end)(struct task *task));

/*
 * Runs the task at once until it first waits or ends; from within another
 * coroutine it is queued instead.  Returns 0, or -1 when there is no memory for
 * a stack (on_end is not called then).  After 0 the task may be gone.  An
 * on_end that starts the next task nests on the loop's stack: where the number
 * is the peer's choice, start it after task_start() has returned.
 */
int task_start(struct task *task);

/* The task that runs, or NULL on the loop's own stack. */
struct task *task_current(void);

/*
 * Waits until task_wake(), at most timeout_ms (-1: no limit; 0: lets the others
 * run once).  Suspends; on the task's own coroutine only.  Returns what
 * task_wake() was given, TOMO_ETIMEOUT (time-out or deadline) or
 * TOMO_ECANCELLED, these at once if they hold already.  After a return other
 * than by task_wake() the waker must forget the task before it suspends again.
 */
int task_wait(struct task *task, int64_t timeout_ms);

/* The same, but neither deadline nor cancel end it: only the wake. */
int task_wait_shielded(struct task *task);

/*
 * Lets a waiting task go on with result, on the loop's next chance.  Until the
 * task runs again the first wake wins over a time-out or a cancel, so nothing
 * that was handed over with it is lost.  Returns false, and nothing happens, if
 * the task does not wait or was woken already.
 */
bool task_wake(struct task *task, int result);

/* What the task waits for, now and from now on, returns TOMO_ECANCELLED. */
void task_cancel(struct task *task);

/* TOMO_ECANCELLED, TOMO_ETIMEOUT when the deadline is over, or 0. */
int task_check(const struct task *task);

/* The loop calls this once a pass: runs all that were ready when it began. */
void task_run_ready(struct loop *loop);

#endif
