#include "runtime/loop/coroutine.h"

#include <fenv.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/prefetch.h"
#include "runtime/loop/coroutine_asan.h"
#include "runtime/loop/fpu.h"
#include "runtime/loop/stack.h"

/* What a coroutine touches of its stack when it goes on, mostly. */
#define STACK_USED 768

/* Stacks unmapped by one trim: some 4 us each. */
#define TRIM_STEP 64

/* Boost context's C symbols; its headers are C++. */
typedef void *fcontext_t;
struct transfer {
	fcontext_t context; /* where the other side stopped */
	void *data;
};
struct transfer jump_fcontext(fcontext_t to, void *data);
fcontext_t make_fcontext(void *top, size_t size, void (*fn)(struct transfer));

/* What __cxa_get_globals() points to: fixed by the C++ ABI. */
struct cxx_state {
	void *caught;
	unsigned uncaught;
};

/* It lies at the top of its own stack. */
struct coroutine {
	fcontext_t inside, outside; /* where it and its resumer stopped */
	void (*fn)(void *arg);
	void *arg;
	struct coroutine_pool *pool;
	struct cxx_state cxx; /* of the side that does not run */
	TAILQ_ENTRY(coroutine) idle;
	LIST_ENTRY(coroutine) all;
	struct stack stack;
	struct asan_side asan_inside, asan_outside;
};

struct coroutine_pool {
	TAILQ_HEAD(idle_list, coroutine) idle; /* the one used last first */
	LIST_HEAD(, coroutine) all;
	size_t stack_size;
	size_t nidle, least_idle; /* the least since the last trim */
	void (*on_surplus)(void *arg);
	void *surplus_arg;
};

/* What a coroutine hands over when it jumps out. */
static char ended;

static struct coroutine *current;

/* The loop thread's C++ globals, NULL while no service is C++. */
static struct cxx_state *cxx;

/* ---- switching ---- */

/* Runs one function after another, and never returns: there is no caller. */
static void
entry(struct transfer from)
{
	struct coroutine *coroutine = from.data;

	asan_arrive(NULL, &coroutine->asan_outside);
	for (;;) {
		coroutine->outside = from.context;
		coroutine->fn(coroutine->arg);
		fpu_reset();
		asan_leave(NULL, &coroutine->asan_outside);
		from = jump_fcontext(coroutine->outside, &ended);
		asan_arrive(NULL, &coroutine->asan_outside);
	}
}

static void
swap_cxx(struct coroutine *coroutine)
{
	const struct cxx_state other = coroutine->cxx;

	coroutine->cxx = *cxx;
	*cxx = other;
}

/* Puts a coroutine whose function has returned back into its pool. */
static void
put_back(struct coroutine *coroutine)
{
	struct coroutine_pool *pool = coroutine->pool;

	TAILQ_INSERT_HEAD(&pool->idle, coroutine, idle);
	if (++pool->nidle == COROUTINE_POOL_KEEP + 1 &&
	    pool->on_surplus != NULL)
		pool->on_surplus(pool->surplus_arg);
}

void
coroutine_prefetch(const struct coroutine *coroutine)
{
	prefetch(coroutine, sizeof(coroutine->inside));
}

void
coroutine_prefetch_stack(const struct coroutine *coroutine)
{
	prefetch(coroutine->inside, STACK_USED);
}

bool
coroutine_resume(struct coroutine *coroutine)
{
	struct transfer from;

	current = coroutine;
	if (cxx != NULL)
		swap_cxx(coroutine);
	asan_leave(&coroutine->asan_outside, &coroutine->asan_inside);
	from = jump_fcontext(coroutine->inside, coroutine);
	asan_arrive(&coroutine->asan_outside, NULL);
	if (cxx != NULL)
		swap_cxx(coroutine);
	current = NULL;
	coroutine->inside = from.context;
	if (from.data != &ended)
		return false;
	put_back(coroutine);
	return true;
}

void
coroutine_suspend(void)
{
	struct coroutine *coroutine = current;
	struct transfer from;

	asan_leave(&coroutine->asan_inside, &coroutine->asan_outside);
	from = jump_fcontext(coroutine->outside, NULL);
	asan_arrive(&coroutine->asan_inside, &coroutine->asan_outside);
	coroutine->outside = from.context;
}

struct coroutine *
coroutine_current(void)
{
	return current;
}

void
coroutine_set_cxx(void *(*get_globals)(void))
{
	cxx = get_globals == NULL ? NULL : get_globals();
}

/* ---- the pool ---- */

/* Maps a new stack with a coroutine at its top. */
static struct coroutine *
make(struct coroutine_pool *pool)
{
	struct coroutine *coroutine;
	struct stack stack;
	char *top;
	fenv_t ours;

	if (stack_map(&stack, pool->stack_size) == -1)
		return NULL;
	top = stack_top(&stack) - sizeof(*coroutine);
	top -= (uintptr_t)top % 64;
	coroutine = (struct coroutine *)(void *)top; /* mapped, hence zero */
	coroutine->pool = pool;
	coroutine->stack = stack;
	coroutine->asan_inside.bottom = stack_bottom(&stack);
	coroutine->asan_inside.size = stack.size;

	/* A context starts in the environment that it was made in. */
	fegetenv(&ours);
	fesetenv(FE_DFL_ENV);
	coroutine->inside = make_fcontext(
	    top, (size_t)(top - stack_bottom(&stack)), entry);
	fesetenv(&ours);

	LIST_INSERT_HEAD(&pool->all, coroutine, all);
	return coroutine;
}

static void
unmake(struct coroutine *coroutine)
{
	const struct stack stack = coroutine->stack;

	LIST_REMOVE(coroutine, all);
	asan_forget(&coroutine->asan_inside);
	stack_unmap(&stack);
}

struct coroutine *
coroutine_new(struct coroutine_pool *pool, void (*fn)(void *arg), void *arg)
{
	struct coroutine *coroutine = TAILQ_FIRST(&pool->idle);

	if (coroutine != NULL) {
		TAILQ_REMOVE(&pool->idle, coroutine, idle);
		if (--pool->nidle < pool->least_idle)
			pool->least_idle = pool->nidle;
	} else {
		coroutine = make(pool);
		if (coroutine == NULL)
			return NULL;
	}
	coroutine->fn = fn;
	coroutine->arg = arg;
	coroutine->cxx = (struct cxx_state) { NULL, 0 };
	return coroutine;
}

bool
coroutine_is_guard(const struct coroutine_pool *pool, const void *address)
{
	const struct coroutine *coroutine;

	LIST_FOREACH(coroutine, &pool->all, all)
	if (stack_is_guard(&coroutine->stack, address))
		return true;
	return false;
}

void
coroutine_pool_on_surplus(
    struct coroutine_pool *pool, void (*fn)(void *arg), void *arg)
{
	pool->on_surplus = fn;
	pool->surplus_arg = arg;
}

enum coroutine_trim
coroutine_pool_trim(struct coroutine_pool *pool)
{
	size_t step = 0;

	while (pool->least_idle > COROUTINE_POOL_KEEP && step < TRIM_STEP) {
		struct coroutine *oldest = TAILQ_LAST(&pool->idle, idle_list);

		TAILQ_REMOVE(&pool->idle, oldest, idle);
		unmake(oldest);
		pool->nidle--;
		pool->least_idle--;
		step++;
	}
	if (pool->least_idle > COROUTINE_POOL_KEEP)
		return COROUTINE_TRIM_SOON;
	pool->least_idle = pool->nidle;
	return pool->nidle > COROUTINE_POOL_KEEP ? COROUTINE_TRIM_LATER
						 : COROUTINE_TRIM_DONE;
}

struct coroutine_pool *
coroutine_pool_new(size_t stack_size)
{
	struct coroutine_pool *pool = xcalloc(1, sizeof(*pool));
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	pool->stack_size = (stack_size + page - 1) / page * page;
	TAILQ_INIT(&pool->idle);
	LIST_INIT(&pool->all);
	return pool;
}

void
coroutine_pool_free(struct coroutine_pool *pool)
{
	struct coroutine *coroutine;

	if (pool == NULL)
		return;
	while ((coroutine = LIST_FIRST(&pool->all)) != NULL)
		unmake(coroutine);
	free(pool);
}
