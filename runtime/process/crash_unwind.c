#include "runtime/process/crash_unwind.h"

#include <dlfcn.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

/*
 * Opened by hand and privately: it exports the C++ unwinder's functions, too,
 * and would take the place of the service's own.
 */
#define LIBRARY "libunwind.so.8"

static struct {
	__typeof__(&unw_init_local2) init;
	__typeof__(&unw_step) step;
	__typeof__(&unw_get_reg) get;
	__typeof__(&unw_set_reg) set;
	__typeof__(&unw_is_signal_frame) is_signal;
} unwind;

/* The library's names are macros that hold the processor's. */
#define NAME(function) NAME_OF(function)
#define NAME_OF(function) #function

static const struct {
	const char *name;
	void *function;
} rows[] = {
	{ NAME(unw_init_local2), &unwind.init },
	{ NAME(unw_step), &unwind.step },
	{ NAME(unw_get_reg), &unwind.get },
	{ NAME(unw_set_reg), &unwind.set },
	{ NAME(unw_is_signal_frame), &unwind.is_signal },
};

static bool
load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL)
		return false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *symbol = dlsym(library, rows[i].name);
		if (symbol == NULL) {
			unwind.init = NULL;
			return false;
		}
		memcpy(rows[i].function, &symbol, sizeof(symbol));
	}
	return true;
}

void
crash_unwind_prepare(void)
{
	ucontext_t here;
	unw_cursor_t cursor;

	if (!load())
		return;
	getcontext(&here);
	if (unwind.init(&cursor, (unw_context_t *)&here, 0) == 0)
		unwind.step(&cursor);
}

static uintptr_t
reg(unw_cursor_t *cursor, unw_regnum_t number)
{
	unw_word_t value = 0;

	return unwind.get(cursor, number, &value) == 0 ? value : 0;
}

void
crash_unwind_registers(void *context, uintptr_t *pc, uintptr_t *sp)
{
	unw_cursor_t cursor;

	*pc = *sp = 0;
	if (unwind.init == NULL ||
	    unwind.init(&cursor, context, UNW_INIT_SIGNAL_FRAME) != 0)
		return;
	*pc = reg(&cursor, UNW_REG_IP);
	*sp = reg(&cursor, UNW_REG_SP);
}

uintptr_t *
crash_stack_frame(struct crash_stack *stack, int number)
{
	const int ring = CRASH_FRAMES - CRASH_FIRST_FRAMES;

	if (number >= CRASH_FIRST_FRAMES)
		number = CRASH_FIRST_FRAMES +
		    (number - CRASH_FIRST_FRAMES) % ring;
	return &stack->pcs[number];
}

int
crash_stack_gap(const struct crash_stack *stack)
{
	return stack->count > CRASH_FRAMES ? stack->count - CRASH_FRAMES : 0;
}

void
crash_unwind(
    void *context, uintptr_t limit, bool is_whole, struct crash_stack *stack)
{
	const int max = is_whole ? INT_MAX : CRASH_FRAMES;
	unw_cursor_t cursor;
	bool exact = true; /* not a return address, which is behind the call */

	if (unwind.init == NULL ||
	    unwind.init(&cursor, context, UNW_INIT_SIGNAL_FRAME) != 0)
		return;
	do {
		const uintptr_t pc = reg(&cursor, UNW_REG_IP);
		if (limit != 0 && reg(&cursor, UNW_REG_SP) >= limit)
			return;
		if (pc == 0 && stack->count > 0)
			return;
		*crash_stack_frame(
		    stack, stack->count) = exact || pc == 0 ? pc : pc - 1;
		stack->count++;
		exact = unwind.is_signal(&cursor) > 0;
	} while (stack->count < max && unwind.step(&cursor) > 0);
}
