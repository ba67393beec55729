#include "runtime/service/lifecycle.h"

#include <stdio.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/loop/sync.h"
#include "runtime/service/call.h"
#include "runtime/service/host.h"
#include "runtime/service/service.h"
#include "runtime/service/spawned.h"
#include "runtime/service/transport.h"

/* What cancelled handlers and the stop hook get beyond the grace period. */
#define WALK_OUT_MS 1000

struct hook_run {
	struct flag *ended;
	int code;
	struct error err;
};

static void
on_hook_end(struct tomo_call *call)
{
	struct hook_run *run = call->data;

	run->code = call->code;
	error_set(&run->err, "%s: hook %s failed: %s%s%s%s",
	    service_name(call->service), call->function,
	    call->error != NULL ? call->error : "", call->error ? " (" : "",
	    call_code_name(call->code), call->error ? ")" : "");
	call->service->hook = NULL;
	flag_set(run->ended);
}

/*
 * Runs one hook on a coroutine of its own and waits for it; by_ms cancels what
 * it waits for (0: never).  Suspends.  Returns 0, or -1 with one line.
 */
static int
run_hook(struct tomo_call *life, tomo_fn *fn, const char *name, int64_t by_ms,
    struct error *err)
{
	struct hook_run run = { .ended = flag_new() };
	struct tomo_call *call;

	if (fn == NULL) {
		flag_free(run.ended);
		return 0;
	}
	call = call_new(life->service, CALL_HOOK, fn, name);
	call->data = &run;
	life->service->hook = call;
	if (call_start(call, on_hook_end) < 0) {
		call_drop(call);
		life->service->hook = NULL;
		flag_free(run.ended);
		return error_set(err, "hook %s: no memory for a stack", name);
	}
	life->task.deadline_ms = by_ms;
	if (flag_wait(run.ended, &life->task) < 0) {
		task_cancel(&call->task);
		life->task.deadline_ms = 0;
		flag_wait(run.ended, &life->task);
	}
	life->task.deadline_ms = 0;
	flag_free(run.ended);
	if (run.code >= 0)
		return 0;
	*err = run.err;
	return -1;
}

static int
attach(struct service *service, struct error *err)
{
	for (size_t i = 0; transports[i] != NULL; i++)
		if (transports[i]->attach != NULL &&
		    transports[i]->attach(service, err) < 0)
			return -1;
	return 0;
}

static bool
is_stopping(const struct service *service)
{
	return service->stop_by_ms != 0;
}

/* Up to the moment when work may come in. */
static int
begin(struct tomo_call *life, struct error *err)
{
	struct service *service = life->service;
	const struct tomo_service *hooks = service->descriptor;
	struct host *host = service->host;

	if (run_hook(life, hooks->init, "init", 0, err) < 0)
		return -1;
	service->state = SERVICE_STARTING;
	service->max_calls = (size_t)options_int(
	    service->options, "runtime.max_calls");
	host->named(host, service);
	if (attach(service, err) < 0)
		return -1;
	if (is_stopping(service))
		return error_set(err, "stopped before it had started");
	if (run_hook(life, hooks->start, "start", 0, err) < 0)
		return -1;
	service->state = SERVICE_READY;
	return 0;
}

static void
open_all(struct tomo_call *life)
{
	struct service *service = life->service;
	struct error err;

	service->state = SERVICE_OPEN;
	for (size_t i = 0; transports[i] != NULL; i++)
		if (transports[i]->open != NULL)
			transports[i]->open(service);
	if (run_hook(life, service->descriptor->started, "started", 0, &err) <
		0 &&
	    !is_stopping(service))
		log_printf(
		    service_name(service), TOMO_LOG_ERROR, "%s", err.text);
}

/* The calls that would not walk out, each by name. */
static void
name_the_stuck(const struct service *service, const struct tomo_call *life)
{
	for (const struct tomo_call *call = service->first_call; call != NULL;
	     call = call->next)
		if (call != life)
			log_record(service_name(service), TOMO_LOG_ERROR,
			    "still running at the end of the grace period",
			    TOMO_LOG_STR("handler", call->function));
}

/* Something may begin between the flag and our turn. */
static int
wait_until_idle(struct tomo_call *life)
{
	struct service *service = life->service;
	int code = 0;

	while (code >= 0 && service->busy > 0)
		code = flag_wait(service->idle, &life->task);
	return code;
}

/*
 * Waits for all that is under way; at the end of the grace period it is
 * cancelled and gets a second to walk out.  Returns whether nothing is left.
 */
static bool
wait_for_calls(struct tomo_call *life)
{
	struct service *service = life->service;
	int code;

	life->task.deadline_ms = service->stop_by_ms;
	code = wait_until_idle(life);
	if (code < 0) {
		for (size_t i = 0; transports[i] != NULL; i++)
			if (transports[i]->cut != NULL &&
			    service->transport_data[i] != NULL)
				transports[i]->cut(service);
		for (struct tomo_call *call = service->first_call; call != NULL;
		     call = call->next)
			if (call != life)
				task_cancel(&call->task);
		life->task.deadline_ms = loop_now_ms(service->loop) +
		    WALK_OUT_MS;
		code = wait_until_idle(life);
	}
	life->task.deadline_ms = 0;
	return code >= 0;
}

static void
run_logged(struct tomo_call *life, tomo_fn *fn, const char *name, int64_t by_ms)
{
	struct error err;

	if (run_hook(life, fn, name, by_ms, &err) < 0)
		log_printf(service_name(life->service), TOMO_LOG_ERROR, "%s",
		    err.text);
}

static void
end(struct tomo_call *life)
{
	struct service *service = life->service;
	const struct tomo_service *hooks = service->descriptor;
	bool was_ready = service->state >= SERVICE_READY;
	int64_t least;

	if (service->state == SERVICE_OPEN) {
		run_logged(
		    life, hooks->stopping, "stopping", service->stop_by_ms);
		flag_wait(service->delay_over, &life->task);
	}
	service->state = SERVICE_STOPPING;
	for (size_t i = 0; transports[i] != NULL; i++)
		if (transports[i]->shut != NULL &&
		    service->transport_data[i] != NULL)
			transports[i]->shut(service);
	if (!wait_for_calls(life)) {
		/* What the stop hook would free is still in use. */
		name_the_stuck(service, life);
		return;
	}
	/* From here on no thread can start anything. */
	spawned_loop_close(service->post);
	if (!was_ready)
		return;
	least = loop_now_ms(service->loop) + WALK_OUT_MS;
	run_logged(life, hooks->stop, "stop",
	    service->stop_by_ms > least ? service->stop_by_ms : least);
}

static int
live(struct tomo_call *life)
{
	struct service *service = life->service;
	struct host *host = service->host;

	/* The life itself is nothing that a stop waits for. */
	service_release(service);
	if (begin(life, &service->failure) < 0) {
		if (is_stopping(service))
			service->failure.text[0] = '\0';
		service_stop(service, STOP_AT_ONCE);
	} else if (!is_stopping(service)) {
		host->ready(host);
		flag_wait(service->opened, &life->task);
		if (!is_stopping(service))
			open_all(life);
	}
	flag_wait(service->stopped, &life->task);
	end(life);
	service_hold(service);
	return 0;
}

static void
on_life_end(struct tomo_call *life)
{
	struct service *service = life->service;
	struct host *host = service->host;
	bool failed = service->failure.text[0] != '\0';

	for (size_t i = 0; transports[i] != NULL; i++)
		if (transports[i]->detach != NULL &&
		    service->transport_data[i] != NULL)
			transports[i]->detach(service);
	service->state = SERVICE_ENDED;
	host->ended(
	    host, failed ? 1 : 0, failed ? service->failure.text : NULL);
}

void
lifecycle_start(struct service *service)
{
	struct tomo_call *life = call_new(
	    service, CALL_HOOK, live, "lifecycle");

	if (call_start(life, on_life_end) < 0) {
		call_drop(life);
		service->host->ended(
		    service->host, 1, "no memory for a coroutine's stack");
	}
}
