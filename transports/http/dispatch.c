#include "transports/http/dispatch.h"

#include <string.h>

#include <tomodachi/task.h>

#include "runtime/base/ascii.h"
#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/service/call.h"
#include "runtime/service/chain.h"
#include "runtime/service/service.h"
#include "transports/http/body_stream.h"
#include "transports/http/compression.h"
#include "transports/http/connection.h"
#include "transports/http/health.h"
#include "transports/http/request.h"
#include "transports/http/server.h"
#include "transports/http/static.h"
#include "transports/http/stream.h"
#include "transports/http/upgrade_route.h"
#include "transports/http/upgraded.h"

#define LOGGER "tomodachi.http"

/* The runner's own answer to an error status. */
static void
answer_default(struct http_request *request, int status)
{
	struct http_response *response = &request->response;
	const char *reason = response_reason(status);

	*response = (struct http_response) { .status = status,
		.answer_type = RESPONSE_PLAIN,
		.body = reason,
		.body_len = strlen(reason) };
	if (status == 500)
		response->body_len = 0;
}

static void
set_text(struct http_request *request, char *text)
{
	request->response.body = text;
	request->response.body_len = text != NULL ? strlen(text) : 0;
}

/* Of several the first that is not known. */
static const char *
unknown_expectation(const struct head *head)
{
	for (size_t i = 0; i < head->nheaders; i++)
		if (ascii_casecmp(head->headers[i].name, "Expect") == 0 &&
		    ascii_casecmp(head->headers[i].value, "100-continue") != 0)
			return head->headers[i].value;
	return "";
}

/* The answers that say more than their reason phrase. */
static void
explain(struct http_request *request)
{
	struct tomo_call *call = request->call;
	char allow[ROUTER_ALLOW_SIZE];

	switch (request->response.status) {
	case 405:
		router_allow(request->route.allowed, allow);
		tomo_http_set_header(call, "Allow", allow);
		return;
	case 413:
		set_text(request,
		    tomo_printf(call,
			"Maximum request body size "
			"%llu exceeded, actual body size %llu",
			(unsigned long long)request->body_max,
			(unsigned long long)(request->head.has_length
				? request->head.length
				: request->body_read)));
		return;
	case 417:
		set_text(request,
		    tomo_printf(call, "Unknown Expect: %s",
			unknown_expectation(&request->head)));
		return;
	case 503:
		tomo_http_set_header(call, response_retry_later.name,
		    response_retry_later.value);
		return;
	default:
		return;
	}
}

static void
find_row(struct http_request *request)
{
	const struct head *head = &request->head;

	switch (router_match(request->server->router, head->parser.method,
	    head->path, head->path_len, &request->route)) {
	case ROUTER_FOUND:
		request->spec = request->route.target;
		request->call->function = request->spec->function;
		if (request->spec->max_size > 0)
			request->body_max = request->spec->max_size;
		break;
	case ROUTER_NOT_FOUND:
		request->early = 404;
		break;
	case ROUTER_METHOD_NOT_ALLOWED:
		request->early = 405;
		break;
	case ROUTER_LIMIT:
		log_record(LOGGER, TOMO_LOG_ERROR,
		    "match limit of a pattern reached",
		    TOMO_LOG_STR("path", head->path));
		request->early = 500;
		break;
	}
	/* No C string could tell it from what stands before the NUL. */
	if (strlen(head->path) != head->path_len)
		request->early = 404;
}

void
dispatch_route(struct http_request *request)
{
	const struct head *head = &request->head;

	request->body_max = request->server->settings.max_body;
	if (!health_route(request))
		find_row(request);
	if (head->expects_other)
		request->early = 417;
	if (head->has_length && head->length > request->body_max)
		request->early = 413;
}

/* ---- on the call's coroutine ---- */

static void
log_failure(const struct tomo_call *call, int code)
{
	const struct http_request *request = call->data;

	log_record(LOGGER, TOMO_LOG_ERROR, "handler failed",
	    TOMO_LOG_STR("handler", call->function),
	    TOMO_LOG_STR("code", call_code_name(code)),
	    TOMO_LOG_STR("error",
		code == 0                 ? "returned without an answer"
		    : call->error != NULL ? call->error
					  : ""),
	    TOMO_LOG_STR("request_method", request_method(request)),
	    TOMO_LOG_STR("request_path", request->head.path));
}

static bool
has_answer(const struct http_response *response)
{
	return response->status != 0 &&
	    (response->failed || response->body != NULL ||
		response->file != NULL);
}

/*
 * Drops the headers that were set here or further inside, by what has failed;
 * those of the middleware around it stay.
 */
static void
drop_headers(const struct tomo_call *call)
{
	struct http_request *request = call->data;
	struct http_response *response = &request->response;
	const size_t depth = chain_depth(call);
	struct response_header **link = &response->headers;

	response->last = NULL;
	while (*link != NULL) {
		if ((*link)->depth >= depth) {
			*link = (*link)->next;
			continue;
		}
		response->last = *link;
		link = &(*link)->next;
	}
}

/*
 * The answer that needs no service: headers stay.  A 401 has its
 * WWW-Authenticate, a 503 its Retry-After.
 */
static void
answer_plainly(struct http_request *request, int status)
{
	const struct http_response before = request->response;

	answer_default(request, status);
	request->response.headers = before.headers;
	request->response.last = before.last;
	if (request->early == status)
		explain(request);
}

/* Runs the row's function; false when it failed. */
static bool
run_error_row(struct tomo_call *call, const struct tomo_http_error_spec *spec)
{
	struct http_request *request = call->data;
	const char *outer = call->function;
	int code;

	call->function = call->task.name = spec->function;
	code = spec->fn(call);
	if (code >= 0 && has_answer(&request->response)) {
		call->function = call->task.name = outer;
		return !request->response.failed;
	}
	if (!stream_was_left(request, code))
		log_failure(call, code < 0 ? code : 0);
	call->function = call->task.name = outer;
	return false;
}

/*
 * Lets the row for that status answer, on top of the headers there are.  One
 * that fails becomes a 500, which its own row may answer, but only once.
 */
static void
run_error(struct tomo_call *call, int status)
{
	struct http_request *request = call->data;
	const struct tomo_http_error_spec *spec;

	if (stream_has_begun(request)) {
		stream_fail(request);
		return;
	}
	for (int rounds = 0; rounds < 2; rounds++) {
		answer_plainly(request, status);
		spec = server_error_handler(request->server, status);
		if (spec == NULL || run_error_row(call, spec))
			return;
		drop_headers(call);
		if (status == 500)
			break;
		status = 500;
	}
	answer_plainly(request, 500);
}

/* Whether code only says that the row wanted no more once its client left. */
static bool
was_cancelled_by_client(const struct http_request *request, int code)
{
	return request->spec != NULL && request->spec->cancel_on_disconnect &&
	    (code == TOMO_ECANCELLED || code == TOMO_ECLOSED) &&
	    request_was_left(request) && !stream_has_begun(request) &&
	    !upgraded_was(request);
}

/* A file that is missing, a body that breaks off: the client is to know. */
static int
status_of(const struct http_request *request, int code)
{
	if (code == TOMO_ENOTFOUND && request->lacks_file)
		return 404;
	if (code == TOMO_ETOOBIG && request->json_is_too_big)
		return 413;
	return body_stream_status(request);
}

/* After the handler, and after each middleware around it. */
static void
judge(struct tomo_call *call, int code)
{
	struct http_request *request = call->data;
	const struct http_response *response = &request->response;
	int status;

	if (code >= 0 && has_answer(response)) {
		if (response->failed)
			run_error(call, response->status);
		return;
	}
	if (was_cancelled_by_client(request, code)) {
		answer_default(request, 499);
		return;
	}
	status = status_of(request, code);
	/* A path that names no file is not the handler's failure. */
	if (status != 404 && !stream_was_left(request, code))
		log_failure(call, code < 0 ? code : 0);
	if (upgraded_was(request))
		return;
	drop_headers(call);
	run_error(call, status);
}

static int
raise_early(struct tomo_call *call)
{
	const struct http_request *request = call->data;

	run_error(call, request->early);
	return 0;
}

/* What stands in the middle of all middleware. */
static struct chain_link
innermost(const struct http_request *request)
{
	const struct tomo_http_spec *spec = request->spec;

	if (request->early != 0)
		return (
		    struct chain_link) { raise_early, request->call->function };
	return (struct chain_link) { spec->fn, spec->function };
}

static int
run(struct tomo_call *call)
{
	struct http_request *request = call->data;
	const struct chain_link inside = innermost(request);

	chain_run(call, request->server->middleware, &inside, judge);
	if (request->server->compression != NULL)
		compression_apply(request);
	body_stream_finish(request);
	return 0;
}

/* A row that may take the connection: the request lives on the stack. */
static int
run_upgrade(struct tomo_call *call)
{
	struct http_request request;

	upgrade_route_enter(call, &request);
	run(call);
	upgrade_route_leave(call);
	return 0;
}

/* Whether no function of the service takes part in the answer. */
static bool
is_plain(const struct http_request *request)
{
	const struct http_server *server = request->server;

	if (request->early == 0 || request->is_health)
		return request->is_health;
	return server->middleware == NULL &&
	    server_error_handler(server, request->early) == NULL;
}

/* ---- on the loop's stack ---- */

static void
finish(struct http_request *request)
{
	if (request->server->settings.access_log)
		request->handled_ns = clock_ns();
	if (!upgraded_was(request))
		connection_answer(request->connection, request);
	request_clear(request);
}

static void
on_end(struct tomo_call *call)
{
	finish(call->data);
}

/* An answer without a coroutine: the call was never started. */
static void
finish_early(struct http_request *request)
{
	connection_answer(request->connection, request);
	request_drop(request);
}

/*
 * A file of a folder needs no coroutine unless it may have to be compressed.
 * False: it is not that, or an error.
 */
static bool
answer_static(struct http_request *request)
{
	if (request->early != 0 || request->server->middleware != NULL ||
	    request->server->compression != NULL ||
	    request->spec->fn != static_run)
		return false;
	if (request->server->settings.access_log)
		request->handler_ns = clock_ns();
	request->early = static_answer(request);
	return request->early == 0;
}

void
dispatch_run(struct http_request *request)
{
	struct tomo_call *call = request->call;
	const struct tomo_http_spec *spec = request->spec;

	if (answer_static(request)) {
		finish_early(request);
		return;
	}
	if (is_plain(request)) {
		answer_plainly(request, request->early);
		if (request->is_health)
			health_explain(request);
		finish_early(request);
		return;
	}
	call->run = run;
	if (upgrade_route_is(request)) {
		call = upgrade_route_call(request);
		call->run = run_upgrade;
	}
	if (request->server->settings.access_log)
		request->handler_ns = clock_ns();
	if (spec != NULL && spec->timeout_ms > 0)
		tomo_deadline(call, spec->timeout_ms);
	request->in_call = true;
	if (call_start(call, on_end) == 0)
		return;
	if (call != request->call)
		call_drop(call);
	request->in_call = false;
	request->handler_ns = 0;
	answer_default(request, 503);
	request->response.headers = &response_retry_later;
	finish_early(request);
}
