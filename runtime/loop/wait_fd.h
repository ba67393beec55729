/* Waiting for a descriptor. */
#ifndef RUNTIME_LOOP_WAIT_FD_H
#define RUNTIME_LOOP_WAIT_FD_H

#include <stdint.h>

struct task;

/*
 * As tomo_wait_fd(); returns TOMO_ESYSTEM with errno set.  What cannot be
 * waited for because it never blocks, such as a regular file, is ready.
 * Several tasks may wait for one descriptor.
 */
int wait_fd(struct task *task, int fd, int events, int64_t timeout_ms);

#endif
