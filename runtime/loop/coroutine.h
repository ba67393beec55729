/*
 * Coroutines on pooled, guarded stacks.  Switching uses boost context's C
 * symbols; the switches are known to ASan and the stacks to valgrind.  A C++
 * runtime's exception state moves with the coroutine.  Loop thread only.
 */
#ifndef RUNTIME_LOOP_COROUTINE_H
#define RUNTIME_LOOP_COROUTINE_H

#include <stdbool.h>
#include <stddef.h>

struct coroutine;
struct coroutine_pool;

/* stack_size in bytes, rounded up to pages; a guard of 64 KiB lies below. */
struct coroutine_pool *coroutine_pool_new(size_t stack_size);

/* Unmaps all stacks, even of coroutines that have not ended. */
void coroutine_pool_free(struct coroutine_pool *pool);

/*
 * Takes a coroutine out of the pool that will run fn(arg), or NULL when there
 * is no memory.  It goes back to the pool by itself once fn has returned.
 */
struct coroutine *coroutine_new(
    struct coroutine_pool *pool, void (*fn)(void *arg), void *arg);

/*
 * It is resumed soon: asks for it, and later for its stack, to be near to the
 * processor by then.
 */
void coroutine_prefetch(const struct coroutine *coroutine);
void coroutine_prefetch_stack(const struct coroutine *coroutine);

/*
 * Runs it until it suspends or fn returns; true when fn has returned, and the
 * pointer is void.  Not from within a coroutine.
 */
bool coroutine_resume(struct coroutine *coroutine);

/* Back to whoever resumed the current coroutine. */
void coroutine_suspend(void);

/* The one that runs, or NULL on the loop's own stack. */
struct coroutine *coroutine_current(void);

/*
 * Names the C++ runtime's __cxa_get_globals, whose state is saved and restored
 * at each switch from then on; NULL for none.  On the loop thread, outside any
 * coroutine.
 */
void coroutine_set_cxx(void *(*get_globals)(void));

/*
 * Whether address lies in the guard below a stack: a stack overflow.  May be
 * asked in a signal handler on the loop thread.
 */
bool coroutine_is_guard(const struct coroutine_pool *pool, const void *address);

/* Idle stacks that are always kept. */
#define COROUTINE_POOL_KEEP 64

/*
 * Calls fn(arg) when more than COROUTINE_POOL_KEEP stacks have become idle: a
 * time to plan coroutine_pool_trim().
 */
void coroutine_pool_on_surplus(
    struct coroutine_pool *pool, void (*fn)(void *arg), void *arg);

/* What to do next about a pool's idle stacks. */
enum coroutine_trim {
	COROUTINE_TRIM_DONE,  /* nothing until the next surplus */
	COROUTINE_TRIM_LATER, /* all were in use of late: look again */
	COROUTINE_TRIM_SOON   /* there is more to unmap */
};

/*
 * Unmaps some of the surplus stacks that were idle ever since the last call;
 * few enough that the loop does not notice.
 */
enum coroutine_trim coroutine_pool_trim(struct coroutine_pool *pool);

#endif
