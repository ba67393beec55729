/* The functions of task.h, but for those of spawned.c. */
#include <tomodachi/task.h>

#include <errno.h>
#include <string.h>

#include "runtime/base/options.h"
#include "runtime/loop/offload.h"
#include "runtime/loop/sync.h"
#include "runtime/loop/wait_fd.h"
#include "runtime/service/call.h"
#include "runtime/service/service.h"

/* Gives a failed wait its text. */
static int
waited(struct tomo_call *call, const char *what, int code)
{
	if (code >= 0)
		return code;
	return call_fail(call, code, "%s: %s", what,
	    code == TOMO_ETIMEOUT         ? "time is over"
		: code == TOMO_ECANCELLED ? "cancelled"
					  : call_code_name(code));
}

int
tomo_sleep(struct tomo_call *call, int64_t ms)
{
	int code;

	/* The deadline also ends a wait with TOMO_ETIMEOUT: look which it was. */
	code = task_wait(&call->task, ms > 0 ? ms : 0);
	if (code == TOMO_ETIMEOUT)
		code = task_check(&call->task);
	return waited(call, "sleep", code);
}

int
tomo_wait_fd(struct tomo_call *call, int fd, int events, int64_t timeout_ms)
{
	int code, failure;

	if (events == 0 || (events & ~(TOMO_READABLE | TOMO_WRITABLE)) != 0)
		return call_fail(call, TOMO_EINVAL, "wait_fd: no such events");
	code = wait_fd(&call->task, fd, events, timeout_ms);
	failure = errno;
	if (code == TOMO_ESYSTEM)
		return call_fail(call, code, "wait_fd: descriptor %d: %s", fd,
		    strerror(failure));
	return waited(call, "wait_fd", code);
}

void
tomo_deadline(struct tomo_call *call, int64_t ms)
{
	int64_t now = loop_now_ms(call->service->loop);

	if (ms <= 0)
		call->task.deadline_ms = 0;
	else
		call->task.deadline_ms = ms < INT64_MAX - now ? now + ms : 0;
}

int
tomo_offload(struct tomo_call *call, int (*fn)(void *arg), void *arg)
{
	struct service *service = call->service;

	if (fn == NULL)
		return call_fail(call, TOMO_EINVAL, "offload: no function");
	if (service->offload == NULL)
		service->offload = offload_new(service->loop,
		    (unsigned)options_int(
			service->options, "runtime.offload_threads"));
	return offload_run(service->offload, &call->task, fn, arg);
}

/* The public names are the loop's own objects, behind a name of their own. */

struct tomo_event *
tomo_event_new(struct tomo_call *call)
{
	(void)call;
	return (struct tomo_event *)flag_new();
}

void
tomo_event_free(struct tomo_event *event)
{
	flag_free((struct flag *)event);
}

void
tomo_event_set(struct tomo_event *event)
{
	flag_set((struct flag *)event);
}

void
tomo_event_clear(struct tomo_event *event)
{
	flag_clear((struct flag *)event);
}

int
tomo_event_wait(struct tomo_call *call, struct tomo_event *event)
{
	return waited(
	    call, "event", flag_wait((struct flag *)event, &call->task));
}

struct tomo_semaphore *
tomo_semaphore_new(struct tomo_call *call, unsigned count)
{
	(void)call;
	return (struct tomo_semaphore *)semaphore_new(count);
}

void
tomo_semaphore_free(struct tomo_semaphore *semaphore)
{
	semaphore_free((struct semaphore *)semaphore);
}

int
tomo_semaphore_acquire(struct tomo_call *call, struct tomo_semaphore *semaphore)
{
	return waited(call, "semaphore",
	    semaphore_acquire((struct semaphore *)semaphore, &call->task));
}

void
tomo_semaphore_release(struct tomo_semaphore *semaphore)
{
	semaphore_release((struct semaphore *)semaphore);
}
