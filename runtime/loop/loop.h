/*
 * The one event loop of a process, over libevent, and its run queue of
 * coroutines that may go on.  Loop thread only, but for loop_post() and
 * loop_send().
 */
#ifndef RUNTIME_LOOP_LOOP_H
#define RUNTIME_LOOP_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct coroutine_pool;
struct event_base;
struct loop;
struct task;

/* stack_size: bytes of each coroutine's stack (runtime.stack_size). */
struct loop *loop_new(size_t stack_size, struct error *err);

/* What was sent and never ran is forgotten. */
void loop_free(struct loop *loop);

struct event_base *loop_base(struct loop *loop);
struct coroutine_pool *loop_pool(struct loop *loop);

/*
 * Runs passes until loop_stop(); each pass: events, ready tasks, hooks.  What
 * was posted by then still runs before it returns.
 */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Runs one pass; waits for an event only if wait is true and no task ready. */
void loop_pass(struct loop *loop, bool wait);

/*
 * Milliseconds of clock_ms(), and wall-clock seconds, as of this pass: the
 * clock is read when a pass first asks, and not at all when nobody does.
 */
int64_t loop_now_ms(struct loop *loop);
int64_t loop_unix_s(struct loop *loop);

/*
 * Calls fn(arg) at the end of every pass, before the loop waits again, in the
 * order they were added.  The caller owns *hook, which must stay until removed;
 * a hook may remove any hook.
 */
struct loop_hook {
	void (*fn)(void *arg);
	void *arg;
	struct loop_hook *next;
};
void loop_add_hook(struct loop *loop, struct loop_hook *hook);
void loop_remove_hook(struct loop *loop, struct loop_hook *hook);

/*
 * From any thread: calls fn(arg) on the loop thread, outside any coroutine, in
 * the order of the calls.  Returns 0, or -1 once loop_run() has ended or there
 * is no memory; after 0 fn is called unless the loop is freed before a pass.
 */
int loop_post(struct loop *loop, void (*fn)(void *arg), void *arg);

/*
 * The same with memory of the caller's, zeroed, which must stay until fn is
 * called; it cannot fail, and works until the loop is freed.
 */
struct loop_message {
	void (*fn)(void *arg);
	void *arg;
	struct loop_message *next;
	bool owned; /* by the loop, which frees it */
};
void loop_send(struct loop *loop, struct loop_message *message);

#endif
