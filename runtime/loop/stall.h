/*
 * A thread that watches the loop thread and reports a task that holds it too
 * long, by name and with the stack it is in.
 */
#ifndef RUNTIME_LOOP_STALL_H
#define RUNTIME_LOOP_STALL_H

#include <stdint.h>

struct loop;
struct stall;

/*
 * Called on the loop thread after the task has given the loop back: which it
 * was, how long it held the loop, and the frames of its stack as seen while it
 * did ("name (file.so+0x1234)", one a line).
 */
typedef void stall_fn(void *arg, const char *task, int64_t held_ms,
    const char *stack);

/* limit_ms: runtime.stall_warning_ms. */
struct stall *stall_start(struct loop *loop, int64_t limit_ms, stall_fn *fn,
    void *arg);
void stall_stop(struct stall *stall);

#endif
