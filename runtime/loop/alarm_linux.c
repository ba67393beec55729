#include "runtime/loop/alarm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/loop/loop.h"

struct alarm {
	void (*fn)(void *arg);
	void *arg;
	struct event *event;
	int fd;
};

static void
on_ring(evutil_socket_t fd, short what, void *arg)
{
	struct alarm *alarm = arg;
	uint64_t rings;

	(void)what;
	/* Set anew since it rang: nothing to read, and nothing is due. */
	if (read(fd, &rings, sizeof(rings)) == (ssize_t)sizeof(rings))
		alarm->fn(alarm->arg);
}

struct alarm *
alarm_new(
    struct loop *loop, void (*fn)(void *arg), void *arg, struct error *err)
{
	struct alarm *alarm = xcalloc(1, sizeof(*alarm));

	alarm->fn = fn;
	alarm->arg = arg;
	alarm->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
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
	alarm_free(alarm);
	return NULL;
}

void
alarm_free(struct alarm *alarm)
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
alarm_set(struct alarm *alarm, int64_t due_ms)
{
	struct itimerspec at = { .it_value = {
				     due_ms / 1000, due_ms % 1000 * 1000000 } };

	/* Zero would switch it off. */
	if (due_ms <= 0)
		at.it_value.tv_nsec = 1;
	timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &at, NULL);
}
