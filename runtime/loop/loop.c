#include "runtime/loop/loop.h"

#include <stdio.h>
#include <stdlib.h>

#include "runtime/base/alloc.h"
#include "runtime/base/clock.h"
#include "runtime/loop/coroutine.h"
#include "runtime/loop/inside.h"
#include "runtime/loop/mailbox.h"
#include "runtime/loop/task.h"

static const struct timeval trim_later = { 1, 0 }, trim_soon = { 0, 10000 };

struct event_base *
loop_base(struct loop *loop)
{
	return loop->base;
}

struct coroutine_pool *
loop_pool(struct loop *loop)
{
	return loop->pool;
}

/* ---- time ---- */

int64_t
loop_now_ms(struct loop *loop)
{
	if (!loop->now_known) {
		loop->now_known = true;
		loop->now_ms = clock_ms();
	}
	return loop->now_ms;
}

int64_t
loop_unix_s(struct loop *loop)
{
	if (!loop->unix_known) {
		loop->unix_known = true;
		loop->unix_s = clock_unix_us() / 1000000;
	}
	return loop->unix_s;
}

/* ---- hooks ---- */

void
loop_add_hook(struct loop *loop, struct loop_hook *hook)
{
	struct loop_hook **end = &loop->hooks;

	while (*end != NULL)
		end = &(*end)->next;
	hook->next = NULL;
	*end = hook;
}

void
loop_remove_hook(struct loop *loop, struct loop_hook *hook)
{
	struct loop_hook **at = &loop->hooks;

	while (*at != NULL && *at != hook)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	*at = hook->next;
	if (loop->next_hook == hook)
		loop->next_hook = hook->next;
}

static void
run_hooks(struct loop *loop)
{
	struct loop_hook *hook;

	for (hook = loop->hooks; hook != NULL; hook = loop->next_hook) {
		loop->next_hook = hook->next;
		hook->fn(hook->arg);
	}
}

/* ---- passes ---- */

void
loop_pass(struct loop *loop, bool wait)
{
	const int flags = wait && loop->ready.first == NULL
	    ? EVLOOP_ONCE
	    : EVLOOP_ONCE | EVLOOP_NONBLOCK;

	/* Nobody asks for the time until the wait is over. */
	loop->now_known = loop->unix_known = false;
	event_base_loop(loop->base, flags);
	task_run_ready(loop);
	run_hooks(loop);
}

void
loop_run(struct loop *loop)
{
	mailbox_open(&loop->mailbox);
	while (!loop->stopping)
		loop_pass(loop, true);
	mailbox_close(&loop->mailbox);
	loop->stopping = false;
}

void
loop_stop(struct loop *loop)
{
	loop->stopping = true;
}

/* ---- from other threads ---- */

int
loop_post(struct loop *loop, void (*fn)(void *arg), void *arg)
{
	struct loop_message *message = calloc(1, sizeof(*message));

	if (message == NULL)
		return -1;
	message->fn = fn;
	message->arg = arg;
	message->owned = true;
	if (mailbox_post(&loop->mailbox, message) == 0)
		return 0;
	free(message);
	return -1;
}

void
loop_send(struct loop *loop, struct loop_message *message)
{
	mailbox_send(&loop->mailbox, message);
}

/* ---- lifetime ---- */

static void
on_trim(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;

	(void)fd;
	(void)what;
	switch (coroutine_pool_trim(loop->pool)) {
	case COROUTINE_TRIM_DONE:
		return;
	case COROUTINE_TRIM_LATER:
		event_add(&loop->trim, &trim_later);
		return;
	case COROUTINE_TRIM_SOON:
		event_add(&loop->trim, &trim_soon);
		return;
	}
}

static void
on_surplus(void *arg)
{
	struct loop *loop = arg;

	if (!event_pending(&loop->trim, EV_TIMEOUT, NULL))
		event_add(&loop->trim, &trim_later);
}

/* Its warnings repeat what its functions return, so only the rest is told. */
static void
on_libevent_log(int severity, const char *text)
{
	if (severity >= EVENT_LOG_ERR)
		fprintf(stderr, "libevent: %s\n", text);
}

static struct event_base *
make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	if (config == NULL)
		return NULL;
	event_set_log_callback(on_libevent_log);
	/* One thread: no locks; and no surprises by the environment. */
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

struct loop *
loop_new(size_t stack_size, struct error *err)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	mailbox_init(&loop->mailbox);
	loop->base = make_base();
	if (loop->base == NULL) {
		error_set(err, "loop: cannot make an event base");
		goto fail;
	}
	if (mailbox_listen(&loop->mailbox, loop->base, err) == -1)
		goto fail;
	loop->pool = coroutine_pool_new(stack_size);
	evtimer_assign(&loop->trim, loop->base, on_trim, loop);
	coroutine_pool_on_surplus(loop->pool, on_surplus, loop);
	return loop;

fail:
	loop_free(loop);
	return NULL;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	if (loop->pool != NULL)
		event_del(&loop->trim);
	coroutine_pool_free(loop->pool);
	mailbox_clear(&loop->mailbox);
	if (loop->base != NULL)
		event_base_free(loop->base);
	free(loop);
}
