/*
 * A coarse alarm clock for time-outs that are set rarely and seldom ring.
 *
 * A pending timer of libevent's own makes every pass give epoll_wait() a
 * time-out, which costs more than a request's share of everything else; this
 * one sleeps in the kernel.  Loop thread only.
 */
#ifndef RUNTIME_LOOP_ALARM_H
#define RUNTIME_LOOP_ALARM_H

#include <stdint.h>

#include "runtime/base/error.h"

struct alarm;
struct loop;

/* Calls fn(arg), on the loop's stack, each time it rings. */
struct alarm *alarm_new(
    struct loop *loop, void (*fn)(void *arg), void *arg, struct error *err);
void alarm_free(struct alarm *alarm);

/* Rings once at due_ms of clock_ms(), instead of when it was set for before. */
void alarm_set(struct alarm *alarm, int64_t due_ms);

#endif
