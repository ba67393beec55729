/* Memory for a coroutine's stack, with a guard below it. */
#ifndef RUNTIME_LOOP_STACK_H
#define RUNTIME_LOOP_STACK_H

#include <stdbool.h>
#include <stddef.h>

/* Touching it is an overflow; wide enough that no frame steps over it. */
#define STACK_GUARD ((size_t)64 * 1024)

struct stack {
	char *low;   /* of the guard, which is below the stack itself */
	size_t size; /* without the guard */
	unsigned valgrind_id;
};

/*
 * Maps size bytes, a multiple of the page size, and the guard; pages come when
 * they are touched.  Returns 0, or -1 when there is no memory.
 */
int stack_map(struct stack *stack, size_t size);
void stack_unmap(const struct stack *stack);

static inline char *
stack_bottom(const struct stack *stack)
{
	return stack->low + STACK_GUARD;
}

static inline char *
stack_top(const struct stack *stack)
{
	return stack->low + STACK_GUARD + stack->size;
}

/* Async-signal-safe. */
static inline bool
stack_is_guard(const struct stack *stack, const void *address)
{
	const char *at = address;

	return at >= stack->low && at < stack->low + STACK_GUARD;
}

#endif
