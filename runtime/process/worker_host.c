#include "runtime/process/worker_host.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/task.h"
#include "runtime/process/control.h"
#include "runtime/process/sources.h"
#include "runtime/process/system.h"

#define LOGGER "tomodachi.worker"

/* A socket that was asked for, kept for what may be lent later. */
struct worker_request {
	struct worker_request *next;
	int64_t number;
	const struct listen_request *wish;
	struct task *waiting; /* NULL once answered */
	int fd;
	uint16_t port;
	struct error err;
};

static struct worker_request *
find_request(const struct worker *worker, int64_t number)
{
	struct worker_request *request = worker->requests;

	while (request != NULL && request->number != number)
		request = request->next;
	return request;
}

/* ---- what the service asks ---- */

static int
listen_on(struct host *host, const struct listen_request *wish, int *fd,
    uint16_t *port, struct error *err)
{
	struct worker *worker = (struct worker *)host;
	struct worker_request *request = xcalloc(1, sizeof(*request));

	request->number = ++worker->last_request;
	request->wish = wish;
	request->waiting = task_current();
	request->fd = -1;
	request->next = worker->requests;
	worker->requests = request;
	error_set(&request->err, "the supervisor is gone");
	const struct control_message message = {
		.type = CONTROL_LISTEN,
		.number = { request->number, wish->port,
		    (wish->host == NULL ? CONTROL_ANY_HOST : 0) |
			(wish->reuse_port ? CONTROL_REUSE_PORT : 0),
		    wish->backlog },
		.text = wish->host,
		.fd = -1,
	};
	if (!worker->gone) {
		control_send(worker->control, &message);
		task_wait_shielded(request->waiting);
	}
	request->waiting = NULL;
	if (request->fd < 0)
		return error_set(err, "%s", request->err.text);
	*fd = request->fd;
	*port = request->port;
	return 0;
}

static json_t *
option_object(const struct options *options)
{
	char *dump = options_dump(options);
	json_t *object = json_loads(dump, 0, NULL);

	free(dump);
	return object;
}

static json_t *
watcher_object(const struct options *options)
{
	static const char *const keys[] = { "watcher.ignored_dirs",
		"watcher.watched_file_endings" };
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (options_row(options, keys[i]) != NULL)
			json_object_set_new(
			    object, keys[i], options_json(options, keys[i]));
	return object;
}

/*
 * Options too long for a message are left out: then no stand-in can take this
 * service's place, that is all.
 */
static char *
name_service(const struct service *service)
{
	json_t *named = json_pack("{s:s, s:o, s:o}", "name",
	    service_name(service), "watcher", watcher_object(service->options),
	    "options", option_object(service->options));
	char *text = json_dumps(named, JSON_COMPACT);

	/* The stand-in's message holds some words more. */
	if (text != NULL && strlen(text) > CONTROL_TEXT_MAX - 4096) {
		free(text);
		json_object_del(named, "options");
		json_object_del(named, "watcher");
		text = json_dumps(named, JSON_COMPACT);
	}
	json_decref(named);
	return text;
}

static void
named(struct host *host, struct service *service)
{
	struct worker *worker = (struct worker *)host;
	char *text = name_service(service);
	char shown[32];
	const struct control_message message = {
		.type = CONTROL_NAMED,
		.number = { sources_grace_s(service->options),
		    sources_delay_s(service->options) },
		.text = text,
		.fd = -1,
	};

	control_send(worker->control, &message);
	free(text);
	snprintf(shown, sizeof(shown), "tomo:%s", service_name(service));
	system_set_name(shown);
}

static void
ready(struct host *host)
{
	struct worker *worker = (struct worker *)host;

	control_say(worker->control, CONTROL_READY, 0, 0);
}

static void
exit_with(struct host *host, int code)
{
	struct worker *worker = (struct worker *)host;

	control_say(worker->control, CONTROL_EXIT, code, 0);
	if (worker->gone)
		worker_stop(worker, STOP_AT_ONCE);
}

void
worker_give_up(struct worker *worker, const char *line)
{
	const struct control_message message = {
		.type = CONTROL_FAILED, .text = line, .fd = -1
	};

	worker->code = 1;
	control_send(worker->control, &message);
	control_say(worker->control, CONTROL_ENDED, 1, 0);
}

static void
ended(struct host *host, int code, const char *line)
{
	struct worker *worker = (struct worker *)host;

	worker->code = code;
	if (line != NULL)
		worker_give_up(worker, line);
	else
		control_say(worker->control, CONTROL_ENDED, code, 0);
	loop_stop(worker->serving.loop);
}

/* ---- what the supervisor says ---- */

void
worker_stop(struct worker *worker, enum stop_kind kind)
{
	control_say(worker->control, CONTROL_DRAINING, 0, 0);
	service_stop(worker->serving.service, kind);
}

static void
on_answer(struct worker *worker, const struct control_message *message)
{
	struct worker_request *request = find_request(
	    worker, message->number[0]);

	if (request == NULL || request->waiting == NULL) {
		if (message->fd >= 0)
			close(message->fd);
		return;
	}
	if (message->type == CONTROL_LISTENING && message->fd < 0) {
		error_set(&request->err,
		    "cannot take over a socket: too many open files");
	} else if (message->type == CONTROL_LISTENING) {
		request->fd = message->fd;
		request->port = (uint16_t)message->number[1];
	} else {
		error_set(&request->err, "%s", message->text);
	}
	task_wake(request->waiting, 0);
}

static void
on_lend(struct worker *worker, const struct control_message *message)
{
	const struct worker_request *request = find_request(
	    worker, message->number[0]);

	/* Its connections wait in it until its slot has a worker again. */
	if (message->fd < 0) {
		log_record(LOGGER, TOMO_LOG_WARNING, "lent socket not taken",
		    TOMO_LOG_INT("of_slot", message->number[1]),
		    TOMO_LOG_STR("reason", "too many open files"));
		return;
	}
	if (request == NULL || request->wish->lent == NULL ||
	    worker->serving.service->state >= SERVICE_STOPPING) {
		close(message->fd);
		return;
	}
	request->wish->lent(
	    request->wish->arg, message->fd, (unsigned)message->number[1]);
}

static void
on_take_back(struct worker *worker, const struct control_message *message)
{
	const struct worker_request *request = find_request(
	    worker, message->number[0]);

	if (request != NULL && request->wish->taken_back != NULL &&
	    worker->serving.service->state < SERVICE_STOPPING)
		request->wish->taken_back(
		    request->wish->arg, (unsigned)message->number[1]);
}

static void
on_message(void *arg, const struct control_message *message)
{
	struct worker *worker = arg;

	switch (message->type) {
	case CONTROL_EXPLAIN:
		json_decref(worker->told);
		worker->told = json_loadb(message->text, message->len, 0, NULL);
		return;
	case CONTROL_LISTENING:
	case CONTROL_REFUSED:
		on_answer(worker, message);
		return;
	case CONTROL_OPEN:
		service_open(worker->serving.service, message->number[0]);
		return;
	case CONTROL_DRAIN:
		control_say(worker->control, CONTROL_DRAINING, 0, 0);
		service_drain(worker->serving.service, message->number[1]);
		return;
	case CONTROL_STOP:
		worker_stop(worker, STOP_DELAYED);
		return;
	case CONTROL_HASTEN:
		service_hasten(worker->serving.service);
		return;
	case CONTROL_LEND:
		on_lend(worker, message);
		return;
	case CONTROL_TAKE_BACK:
		on_take_back(worker, message);
		return;
	case CONTROL_REOPEN_LOGS:
		service_reopen_logs(worker->serving.service);
		return;
	case CONTROL_DIE:
		/* For the handler of a crash, which reads it itself. */
		return;
	case CONTROL_LOADING:
	case CONTROL_LOADED:
	case CONTROL_NAMED:
	case CONTROL_LISTEN:
	case CONTROL_READY:
	case CONTROL_FAILED:
	case CONTROL_DRAINING:
	case CONTROL_EXIT:
	case CONTROL_ENDED:
	case CONTROL_CRASHED:
	case CONTROL_FRAMES:
		/* From workers only: refused before it comes here. */
		return;
	}
}

/* Most often the supervisor was killed: nobody is left who could restart
 * anything. */
static void
on_ended(void *arg, const char *why)
{
	struct worker *worker = arg;

	if (why != NULL)
		log_record(LOGGER, TOMO_LOG_ERROR, "supervisor not understood",
		    TOMO_LOG_STR("reason", why));
	worker->gone = true;
	for (struct worker_request *r = worker->requests; r != NULL;
	     r = r->next)
		if (r->waiting != NULL)
			task_wake(r->waiting, 0);
	if (worker->serving.service != NULL)
		service_stop(worker->serving.service, STOP_AT_ONCE);
}

/* ---- life ---- */

static const struct control_events events = {
	.message = on_message,
	.ended = on_ended,
};

void
worker_host_init(struct worker *worker, int fd)
{
	worker->host.listen = listen_on;
	worker->host.named = named;
	worker->host.ready = ready;
	worker->host.exit = exit_with;
	worker->host.ended = ended;
	worker->control = control_new(fd, CONTROL_WORKER, &events, worker);
}

void
worker_host_clear(struct worker *worker)
{
	while (worker->requests != NULL) {
		struct worker_request *first = worker->requests;
		worker->requests = first->next;
		free(first);
	}
	control_free(worker->control);
}
