#include "runtime/loop/wait_fd.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <poll.h>

#include <tomodachi/abi.h>
#include <tomodachi/task.h>

#include "runtime/loop/task.h"

#define BOTH (TOMO_READABLE | TOMO_WRITABLE)

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	task_wake(arg,
	    (what & EV_READ ? TOMO_READABLE : 0) |
		(what & EV_WRITE ? TOMO_WRITABLE : 0));
}

/* The events that hold now, or 0. */
static int
poll_fd(int fd, int events)
{
	const short errors = POLLERR | POLLHUP;
	struct pollfd it = { .fd = fd };

	it.events = (short)((events & TOMO_READABLE ? POLLIN : 0) |
	    (events & TOMO_WRITABLE ? POLLOUT : 0));
	if (poll(&it, 1, 0) != 1)
		return 0;
	return events &
	    ((it.revents & (POLLIN | errors) ? TOMO_READABLE : 0) |
		(it.revents & (POLLOUT | errors) ? TOMO_WRITABLE : 0));
}

static int
wait_event(struct task *task, int fd, int events, int64_t timeout_ms)
{
	const short what = (short)((events & TOMO_READABLE ? EV_READ : 0) |
	    (events & TOMO_WRITABLE ? EV_WRITE : 0));
	struct event event;
	int result;

	event_assign(&event, loop_base(task->loop), fd, what, on_ready, task);
	if (event_add(&event, NULL) == -1) {
		/* So epoll says of what never blocks. */
		return errno == EPERM ? events : TOMO_ESYSTEM;
	}
	result = task_wait(task, timeout_ms);
	event_del(&event);
	return result;
}

int
wait_fd(struct task *task, int fd, int events, int64_t timeout_ms)
{
	int result = task_check(task);

	if (result != 0)
		return result;
	if (events == 0 || (events & ~BOTH) != 0)
		return TOMO_EINVAL;
	if (fd < 0) {
		errno = EBADF;
		return TOMO_ESYSTEM;
	}
	result = wait_event(task, fd, events, timeout_ms);
	/* The others had their turn, but the loop may not have looked at fd. */
	if (result == TOMO_ETIMEOUT && timeout_ms == 0) {
		const int ready = poll_fd(fd, events);

		return ready != 0 ? ready : result;
	}
	return result;
}
