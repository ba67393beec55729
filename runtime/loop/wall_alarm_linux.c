#include "runtime/loop/wall_alarm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/loop/loop.h"

/* The year 2100: only a timer that runs tells that the clock was set. */
#define NEVER_MS INT64_C(4102444800000)

struct wall_alarm {
	void (*fn)(void *arg, bool clock_was_set);
	void *arg;
	struct event *event;
	int fd;
	bool clock_was_set; /* and fn does not know it yet */
};

static void
on_ring(evutil_socket_t fd, short what, void *arg)
{
	struct wall_alarm *alarm = arg;
	uint64_t rings;
	const ssize_t got = read(fd, &rings, sizeof(rings));
	const bool was_set = alarm->clock_was_set ||
	    (got < 0 && errno == ECANCELED);

	(void)what;
	alarm->clock_was_set = false;
	if (was_set || got == (ssize_t)sizeof(rings))
		alarm->fn(alarm->arg, was_set);
}

struct wall_alarm *
wall_alarm_new(struct loop *loop, void (*fn)(void *arg, bool clock_was_set),
    void *arg, struct error *err)
{
	struct wall_alarm *alarm = xcalloc(1, sizeof(*alarm));

	alarm->fn = fn;
	alarm->arg = arg;
	alarm->fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (alarm->fd < 0) {
		error_set(err, "cannot make a timer: %s", strerror(errno));
		goto fail;
	}
	alarm->event = event_new(
	    loop_base(loop), alarm->fd, EV_READ | EV_PERSIST, on_ring, alarm);
	if (alarm->event == NULL || event_add(alarm->event, NULL) < 0) {
		error_set(err, "cannot watch a timer");
		goto fail;
	}
	return alarm;

fail:
	wall_alarm_free(alarm);
	return NULL;
}

void
wall_alarm_free(struct wall_alarm *alarm)
{
	if (alarm == NULL)
		return;
	if (alarm->event != NULL)
		event_free(alarm->event);
	if (alarm->fd >= 0)
		close(alarm->fd);
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
	if (timerfd_settime(alarm->fd, flags, &at, NULL) < 0 &&
	    errno == ECANCELED) {
		alarm->clock_was_set = true;
		event_active(alarm->event, EV_READ, 0);
	}
}
