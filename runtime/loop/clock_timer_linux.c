#include "runtime/loop/clock_timer.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "runtime/loop/loop.h"

int
clock_timer_open(struct clock_timer *timer, struct loop *loop, clockid_t clock,
    event_callback_fn fn, void *arg, struct error *err)
{
	timer->event = NULL;
	timer->fd = timerfd_create(clock, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timer->fd < 0)
		return error_set(
		    err, "cannot make a timer: %s", strerror(errno));
	timer->event = event_new(
	    loop_base(loop), timer->fd, EV_READ | EV_PERSIST, fn, arg);
	if (timer->event == NULL || event_add(timer->event, NULL) < 0)
		return error_set(err, "cannot watch a timer");
	return 0;
}

void
clock_timer_close(struct clock_timer *timer)
{
	if (timer->event != NULL)
		event_free(timer->event);
	if (timer->fd >= 0)
		close(timer->fd);
}
