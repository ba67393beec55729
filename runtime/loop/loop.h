/*
 * The one event loop of a process, over libevent, and its run queue of
 * coroutines that may go on.
 */
#ifndef RUNTIME_LOOP_LOOP_H
#define RUNTIME_LOOP_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct event_base;
struct loop;
struct task;

/* stack_size: bytes of each coroutine's stack (runtime.stack_size). */
struct loop *loop_new(size_t stack_size, struct error *err);
void loop_free(struct loop *loop);

struct event_base *loop_base(struct loop *loop);

/* Runs passes until loop_stop(); each pass: events, ready tasks, hooks. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Runs one pass; waits for an event only if wait is true and no task is ready. */
void loop_pass(struct loop *loop, bool wait);

/* Milliseconds of clock_ms(), and wall-clock seconds, as of this pass: free. */
int64_t loop_now_ms(const struct loop *loop);
int64_t loop_unix_s(const struct loop *loop);

/*
 * Calls fn(arg) at the end of every pass, before the loop waits again.  The
 * caller owns *hook, which must stay until removed.
 */
struct loop_hook {
	void (*fn)(void *arg);
	void *arg;
	struct loop_hook *next;
};
void loop_add_hook(struct loop *loop, struct loop_hook *hook);
void loop_remove_hook(struct loop *loop, struct loop_hook *hook);

/*
 * From any thread: calls fn(arg) on the loop thread, outside any coroutine.
 * Returns 0, or -1 once the loop has stopped or there is no memory.
 */
int loop_post(struct loop *loop, void (*fn)(void *arg), void *arg);

#endif
