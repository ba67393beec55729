/*
 * The stack of a thread that crashed, as program counters: libunwind, used from
 * a signal handler.
 */
#ifndef RUNTIME_PROCESS_CRASH_UNWIND_H
#define RUNTIME_PROCESS_CRASH_UNWIND_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#define CRASH_FRAMES 128

/* Of a stack that has more, these stay; behind them is a ring of the last. */
#define CRASH_FIRST_FRAMES 64

/* A handler that interrupts the unwinding finds what there is so far. */
struct crash_stack {
	uintptr_t pcs[CRASH_FRAMES]; /* the fault itself, then call sites */
	volatile sig_atomic_t
	    count; /* how many were found, not how many kept */
};

/*
 * Loads the library and lets it prepare, so that nothing is loaded or allocated
 * later.  Without it there are no registers and no frames.
 */
void crash_unwind_prepare(void);

/* Where the thread of a handler's ucontext_t was; 0 if unknown. */
void crash_unwind_registers(void *context, uintptr_t *pc, uintptr_t *sp);

/*
 * Walks up as long as the stack pointer is below limit (0: to the end); with
 * is_whole not only as far as the first frames fill their room.
 */
void crash_unwind(
    void *context, uintptr_t limit, bool is_whole, struct crash_stack *stack);

/* Where the frame of that number lies, of those that are kept. */
uintptr_t *crash_stack_frame(struct crash_stack *stack, int number);

/* How many frames behind the first were not kept. */
int crash_stack_gap(const struct crash_stack *stack);

#endif
