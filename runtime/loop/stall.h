/*
 * A thread that watches the loop thread and reports a task that holds it too
 * long, by name and with the stack it is in.
 *
 * It looks every quarter of the limit, so a task is sure to be reported once it
 * has held the loop for a limit and a half.  To see the stack it interrupts the
 * task with SIGURG, and a system call that the task is in may return EINTR.
 */
#ifndef RUNTIME_LOOP_STALL_H
#define RUNTIME_LOOP_STALL_H

#include <stdint.h>

struct loop;
struct stall;

/*
 * Called on the loop thread after the task has given the loop back: which it
 * was, how long it held the loop, and the frames of its stack as seen while it
 * did ("name (file.so+0x1234)", one a line, the innermost first).  Once for
 * each time that a task holds the loop.
 */
typedef void stall_fn(
    void *arg, const char *task, int64_t held_ms, const char *stack);

/*
 * On the loop thread; one at a time in a process.  limit_ms:
 * runtime.stall_warning_ms.  NULL if it is 0, or no thread can be had.
 */
struct stall *stall_start(
    struct loop *loop, int64_t limit_ms, stall_fn *fn, void *arg);
void stall_stop(struct stall *stall);

#endif
