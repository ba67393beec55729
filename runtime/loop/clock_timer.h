/* A timer in the kernel, watched by the loop: what both alarms rest on. */
#ifndef RUNTIME_LOOP_CLOCK_TIMER_H
#define RUNTIME_LOOP_CLOCK_TIMER_H

#include <time.h>

#include <event2/event.h>

#include "runtime/base/error.h"

struct loop;

struct clock_timer {
	struct event *event;
	int fd; /* of timerfd_create(); reads without blocking */
};

/*
 * Makes a timer of that clock that is not set; fn(fd, EV_READ, arg) is called
 * when it has rung, and reads it.  Returns 0, or -1 with the reason; even then
 * it is to be closed.
 */
int clock_timer_open(struct clock_timer *timer, struct loop *loop,
    clockid_t clock, event_callback_fn fn, void *arg, struct error *err);
void clock_timer_close(struct clock_timer *timer);

#endif
