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
void coroutine_pool_free(struct coroutine_pool *pool);

/*
 * Takes a coroutine out of the pool that will run fn(arg), or NULL when there
 * is no memory.  It goes back to the pool by itself once fn has returned.
 */
struct coroutine *coroutine_new(struct coroutine_pool *pool,
    void (*fn)(void *arg), void *arg);

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
 * at each switch from then on; NULL for none.
 */
void coroutine_set_cxx(void *(*get_globals)(void));

/* Whether address lies in the guard below a stack: a stack overflow. */
bool coroutine_is_guard(const struct coroutine_pool *pool,
    const void *address);

#endif
