#include "transports/http/dispatch.h"

#include <string.h>

#include <tomodachi/task.h>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/service/call.h"
#include "runtime/service/service.h"
#include "transports/http/body_stream.h"
#include "transports/http/connection.h"
#include "transports/http/request.h"
#include "transports/http/server.h"

#define LOGGER "tomodachi.http"

/* The runner's own answer to an error status. */
static void
answer_default(struct http_request *request, int status)
{
	struct http_response *response = &request->response;
	const char *reason = response_reason(status);

	*response = (struct http_response) {
		.status = status, .body = reason, .body_len = strlen(reason)
	};
	if (status == 500)
		response->body_len = 0;
}

static void
set_text(struct http_request *request, char *text)
{
	request->response.body = text;
	request->response.body_len = text != NULL ? strlen(text) : 0;
}

/* The answers that say more than their reason phrase. */
static void
explain(struct http_request *request)
{
	struct tomo_call *call = request->call;
	const struct header *expect;
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
		expect = head_find_header(&request->head, "expect", 6);
		set_text(request,
		    tomo_printf(call, "Unknown Expect: %s",
			expect != NULL ? expect->value : ""));
		return;
	default:
		return;
	}
}

/* A 401 has its WWW-Authenticate, a 503 its Retry-After. */
static void
keep_headers(struct http_response *response, struct response_header *headers)
{
	response->headers = headers;
	for (struct response_header *at = headers; at != NULL; at = at->next)
		response->last = at;
}

static void
answer_early(struct http_request *request)
{
	answer_default(request, request->early);
	explain(request);
}

void
dispatch_route(struct http_request *request)
{
	struct http_server *server = request->server;
	const struct head *head = &request->head;

	request->body_max = server->settings.max_body;
	switch (router_match(server->router, head->parser.method, head->path,
	    head->path_len, &request->route)) {
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

/* Runs fn; false when it failed and left no usable answer. */
static bool
run_one(struct tomo_call *call, tomo_fn *fn, const char *function)
{
	struct http_request *request = call->data;
	const char *outer = call->function;
	int code;

	call->function = call->task.name = function;
	code = fn(call);
	if (code >= 0 && request->response.status != 0 &&
	    (request->response.failed || request->response.body != NULL)) {
		call->function = outer;
		return true;
	}
	log_failure(call, code < 0 ? code : 0);
	call->function = outer;
	return false;
}

/*
 * Lets the row for that status answer, on top of the headers there are.  One
 * that fails becomes a 500, which its own row may answer, but only once.
 */
static void
run_error(struct tomo_call *call, int status, struct response_header *headers)
{
	struct http_request *request = call->data;
	const struct tomo_http_error_spec *spec;

	for (int rounds = 0; rounds < 2; rounds++) {
		answer_default(request, status);
		keep_headers(&request->response, headers);
		request->early = status;
		explain(request);
		spec = server_error_handler(request->server, status);
		if (spec == NULL)
			return;
		if (run_one(call, spec->fn, spec->function) &&
		    !request->response.failed)
			return;
		if (status == 500)
			break;
		status = 500;
		headers = NULL;
	}
	answer_default(request, 500);
}

static int
run(struct tomo_call *call)
{
	struct http_request *request = call->data;
	const struct tomo_http_spec *spec = request->spec;

	if (request->early != 0) {
		run_error(call, request->early, NULL);
		return 0;
	}
	if (!run_one(call, spec->fn, spec->function))
		run_error(call, body_stream_status(request), NULL);
	else if (request->response.failed)
		run_error(
		    call, request->response.status, request->response.headers);
	body_stream_finish(request);
	return 0;
}

/* ---- on the loop's stack ---- */

static void
finish(struct http_request *request)
{
	if (request->server->settings.access_log)
		request->handled_ns = clock_ns();
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

void
dispatch_run(struct http_request *request)
{
	struct tomo_call *call = request->call;
	const struct tomo_http_spec *spec = request->spec;

	if (request->early != 0 &&
	    server_error_handler(request->server, request->early) == NULL) {
		answer_early(request);
		finish_early(request);
		return;
	}
	call->run = run;
	if (request->server->settings.access_log)
		request->handler_ns = clock_ns();
	if (spec != NULL && spec->timeout_ms > 0)
		tomo_deadline(call, spec->timeout_ms);
	request->in_call = true;
	if (call_start(call, on_end) == 0)
		return;
	request->in_call = false;
	request->handler_ns = 0;
	answer_default(request, 503);
	request->response.headers = &response_retry_later;
	finish_early(request);
}
