/*
 * What the address sanitizer wants to hear at each switch of stacks; nothing
 * in other builds.
 */
#ifndef RUNTIME_LOOP_COROUTINE_ASAN_H
#define RUNTIME_LOOP_COROUTINE_ASAN_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define COROUTINE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COROUTINE_ASAN 1
#endif
#endif

/* One side of a switch. */
struct asan_side {
	void *fake_stack;
	const void *bottom;
	size_t size;
};

#ifdef COROUTINE_ASAN

#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

/* Before the jump; from is NULL when nothing on this stack lives on. */
static inline void
asan_leave(struct asan_side *from, const struct asan_side *to)
{
	__sanitizer_start_switch_fiber(
	    from == NULL ? NULL : &from->fake_stack, to->bottom, to->size);
}

/* After it; from, if not NULL, learns where the other side's stack is. */
static inline void
asan_arrive(const struct asan_side *self, struct asan_side *from)
{
	__sanitizer_finish_switch_fiber(self == NULL ? NULL : self->fake_stack,
	    from == NULL ? NULL : &from->bottom,
	    from == NULL ? NULL : &from->size);
}

/* Memory that was a stack may be anything else from now on. */
static inline void
asan_forget(const struct asan_side *side)
{
	__asan_unpoison_memory_region(side->bottom, side->size);
}

#else

static inline void
asan_leave(struct asan_side *from, const struct asan_side *to)
{
	(void)from;
	(void)to;
}

static inline void
asan_arrive(const struct asan_side *self, struct asan_side *from)
{
	(void)self;
	(void)from;
}

static inline void
asan_forget(const struct asan_side *side)
{
	(void)side;
}

#endif
#endif
