#include "runtime/loop/wall_alarm.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/loop/clock_timer.h"

/* The year 2100: only a timer that runs tells that the clock was set. */
#define NEVER_MS INT64_C(4102444800000)

struct wall_alarm {
	void (*fn)(void *arg);
	void *arg;
	struct clock_timer timer;
	bool clock_was_set; /* and fn does not know it yet */
};

static void
on_ring(evutil_socket_t fd, short what, void *arg)
{
	struct wall_alarm *alarm = arg;
	uint64_t rings;
	const ssize_t got = read(fd, &rings, sizeof(rings));
	const bool was_set = got < 0 && errno == ECANCELED;

	(void)what;
	if (was_set || alarm->clock_was_set || got == (ssize_t)sizeof(rings)) {
		alarm->clock_was_set = false;
		alarm->fn(alarm->arg);
	}
}

struct wall_alarm *
wall_alarm_new(
    struct loop *loop, void (*fn)(void *arg), void *arg, struct error *err)
{
	struct wall_alarm *alarm = xcalloc(1, sizeof(*alarm));

	alarm->fn = fn;
	alarm->arg = arg;
	if (clock_timer_open(
		&alarm->timer, loop, CLOCK_REALTIME, on_ring, alarm, err) == 0)
		return alarm;
	wall_alarm_free(alarm);
	return NULL;
}

void
wall_alarm_free(struct wall_alarm *alarm)
{
	if (alarm == NULL)
		return;
	clock_timer_close(&alarm->timer);
	free(alarm);
}

void
wall_alarm_set(struct wall_alarm *alarm, int64_t due_ms)
{
	const int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
	struct itimerspec at = { .it_value = { 0 } };

	if (due_ms > NEVER_MS)
		due_ms = NEVER_MS;
	at.it_value.tv_sec = due_ms / 1000;
	at.it_value.tv_nsec = due_ms % 1000 * 1000000;
	/* Zero would switch it off. */
	if (due_ms <= 0)
		at.it_value = (struct timespec) { .tv_nsec = 1 };
	/* It runs then, but the news is told to whoever sets it, only once. */
	if (timerfd_settime(alarm->timer.fd, flags, &at, NULL) < 0 &&
	    errno == ECANCELED) {
		alarm->clock_was_set = true;
		event_active(alarm->timer.event, EV_READ, 0);
	}
}
