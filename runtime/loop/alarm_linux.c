#include "runtime/loop/alarm.h"

#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/loop/clock_timer.h"

struct alarm {
	void (*fn)(void *arg);
	void *arg;
	struct clock_timer timer;
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
	if (clock_timer_open(
		&alarm->timer, loop, CLOCK_MONOTONIC, on_ring, alarm, err) == 0)
		return alarm;
	alarm_free(alarm);
	return NULL;
}

void
alarm_free(struct alarm *alarm)
{
	if (alarm == NULL)
		return;
	clock_timer_close(&alarm->timer);
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
	timerfd_settime(alarm->timer.fd, TFD_TIMER_ABSTIME, &at, NULL);
}
