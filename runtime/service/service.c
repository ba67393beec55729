#include "runtime/service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/loop/coroutine.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/offload.h"
#include "runtime/loop/sync.h"
#include "runtime/service/call.h"
#include "runtime/service/host.h"
#include "runtime/service/lifecycle.h"
#include "runtime/service/module.h"
#include "runtime/service/spawned.h"
#include "runtime/service/transport.h"

#define GRACE "http.termination_grace_period_seconds"
#define DELAY "http.shutdown_delay_seconds"

struct service *
service_new(struct loop *loop, struct host *host, struct module *module,
    struct options *options, const char *uuid, unsigned slot)
{
	struct service *service = xcalloc(1, sizeof(*service));

	service->loop = loop;
	service->host = host;
	service->module = module;
	service->options = options;
	service->descriptor = module_service(module);
	service->uuid = xstrdup(service->descriptor->uuid != NULL
		? service->descriptor->uuid
		: uuid);
	service->slot = slot;
	service->until_unix_ms = INT64_MAX;
	service->opened = flag_new();
	service->stopped = flag_new();
	service->delay_over = flag_new();
	service->idle = flag_new();
	flag_set(service->idle);
	service->post = spawned_loop_new(service);
	coroutine_set_cxx(module_cxa_get_globals(module));
	return service;
}

void
service_free(struct service *service)
{
	struct tomo_call *call;

	if (service == NULL)
		return;
	spawned_loop_close(service->post);
	spawned_free_all(service);
	while ((call = service->free_calls) != NULL) {
		service->free_calls = call->next;
		free(call);
	}
	offload_free(service->offload);
	flag_free(service->opened);
	flag_free(service->stopped);
	flag_free(service->delay_over);
	flag_free(service->idle);
	options_free(service->options);
	module_close(service->module);
	free(service->uuid);
	free(service);
}

void
service_start(struct service *service)
{
	service->max_calls = SIZE_MAX;
	lifecycle_start(service);
}

void
service_open(struct service *service, int64_t instant_ms)
{
	service->since_unix_ms = instant_ms;
	flag_set(service->opened);
}

/* Hooks get ECANCELLED when the grace period ends, as handlers do. */
static void
on_grace_over(evutil_socket_t fd, short what, void *arg)
{
	struct service *service = arg;

	(void)fd;
	(void)what;
	if (service->hook != NULL && service->state <= SERVICE_OPEN)
		task_cancel(&service->hook->task);
}

/* From here on it is a matter of time: nothing new, and soon an end. */
static void
begin_grace(struct service *service)
{
	const struct timeval grace = { .tv_sec = options_int(
					   service->options, GRACE) };

	service->delayed = false;
	service->stop_by_ms = loop_now_ms(service->loop) + 1000 * grace.tv_sec;
	event_base_once(loop_base(service->loop), -1, EV_TIMEOUT, on_grace_over,
	    service, &grace);
	spawned_cancel_all(service);
	flag_set(service->delay_over);
}

static void
on_delay_over(evutil_socket_t fd, short what, void *arg)
{
	struct service *service = arg;

	(void)fd;
	(void)what;
	if (service->delayed)
		begin_grace(service);
}

static void
begin_delay(struct service *service, int64_t delay_s)
{
	const struct timeval delay = { .tv_sec = (time_t)delay_s };
	const int64_t grace_s = options_int(service->options, GRACE);

	service->delayed = true;
	service->stop_by_ms = loop_now_ms(service->loop) +
	    1000 * (delay_s + grace_s);
	log_record(service_name(service), TOMO_LOG_INFO, "stop delayed",
	    TOMO_LOG_INT("seconds", delay_s));
	event_base_once(loop_base(service->loop), -1, EV_TIMEOUT, on_delay_over,
	    service, &delay);
}

void
service_stop(struct service *service, enum stop_kind kind)
{
	int64_t delay_s = 0;

	if (service->stop_by_ms != 0) {
		if (service->delayed && kind != STOP_DELAYED) {
			service->reloading = kind == STOP_FOR_RELOAD;
			begin_grace(service);
		}
		return;
	}
	if (kind == STOP_DELAYED && service->state == SERVICE_OPEN)
		delay_s = options_int(service->options, DELAY);
	service->reloading = kind == STOP_FOR_RELOAD;
	if (delay_s > 0)
		begin_delay(service, delay_s);
	else
		begin_grace(service);
	/* A hook on the way up has nothing left to prepare for. */
	if (service->hook != NULL && service->state < SERVICE_OPEN)
		task_cancel(&service->hook->task);
	flag_set(service->stopped);
	flag_set(service->opened);
}

void
service_drain(struct service *service, int64_t instant_ms)
{
	const int64_t late_ms = clock_unix_us() / 1000 - instant_ms;

	if (late_ms > 0)
		log_record(service_name(service), TOMO_LOG_WARNING,
		    "reload noticed late", TOMO_LOG_INT("by_ms", late_ms));
	service->until_unix_ms = instant_ms;
	service_stop(service, STOP_FOR_RELOAD);
}

bool
service_is_ending(const struct service *service)
{
	return service->stop_by_ms != 0 && !service->reloading;
}

void
service_hasten(struct service *service)
{
	if (service->stop_by_ms == 0)
		return;
	if (service->delayed)
		begin_grace(service);
	for (size_t i = 0; transports[i] != NULL; i++)
		if (transports[i]->hasten != NULL &&
		    service->transport_data[i] != NULL)
			transports[i]->hasten(service);
}

void
service_hold(struct service *service)
{
	if (service->busy++ == 0)
		flag_clear(service->idle);
}

void
service_release(struct service *service)
{
	if (--service->busy == 0)
		flag_set(service->idle);
}

void
service_reopen_logs(struct service *service)
{
	for (size_t i = 0; transports[i] != NULL; i++)
		if (transports[i]->reopen != NULL &&
		    service->transport_data[i] != NULL)
			transports[i]->reopen(service);
}

const char *
service_name(const struct service *service)
{
	return service->descriptor->name;
}

void **
service_data(struct service *service, const struct transport *transport)
{
	size_t i = 0;

	while (transports[i] != transport)
		i++;
	return &service->transport_data[i];
}
