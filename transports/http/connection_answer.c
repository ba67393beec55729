/* What a connection does once an answer stands. */
#include <string.h>

#include "runtime/loop/loop.h"
#include "runtime/service/service.h"
#include "transports/http/access_log.h"
#include "transports/http/body_stream.h"
#include "transports/http/connection.h"
#include "transports/http/output.h"
#include "transports/http/request.h"
#include "transports/http/server.h"
#include "transports/http/stream.h"

/* An error that has no request to answer. */
void
connection_refuse(struct http_connection *conn, int status, const char *text)
{
	const char *said = text != NULL ? text : response_reason(status);
	const struct http_response response = { .status = status,
		.answer_type = RESPONSE_PLAIN,
		.body = said,
		.body_len = strlen(said),
		.headers = status == 503 ? &response_retry_later : NULL };
	const struct response_frame frame = { 0 };

	response_render(&response, conn->server, &frame, output_bytes(conn));
	access_log_bad(conn->server, &conn->peer, status, response.body_len);
	conn->closing = conn->lingers = true;
}

bool
connection_stays_open(
    const struct http_connection *conn, const struct http_request *request)
{
	const struct http_settings *settings = &conn->server->settings;

	if (!request->head.keep_alive || request->closes || conn->closing ||
	    body_stream_is_unread(request) || conn->server->shutting ||
	    settings->keepalive_ms == 0)
		return false;
	if (settings->keepalive_requests > 0 &&
	    conn->requests >= settings->keepalive_requests)
		return false;
	return settings->keepalive_age_ms == 0 ||
	    loop_now_ms(conn->server->service->loop) - conn->opened_ms <
	    settings->keepalive_age_ms;
}

static size_t
content_sent(const struct http_request *request)
{
	const struct http_response *response = &request->response;

	return response_is_bodiless(response->status) ? 0 : response->body_len;
}

void
connection_finish(struct http_connection *conn, bool keep_alive)
{
	if (body_stream_is_unread(conn->request))
		conn->lingers = true;
	conn->request = NULL;
	if (!keep_alive)
		conn->closing = true;
	connection_go_on(conn);
}

/* Adds the answer to what is to be sent; whether the connection is kept. */
static bool
give(struct http_connection *conn, struct http_request *request)
{
	struct response_frame frame = {
		.is_head = request_is_head(request),
		.is_http10 = request->head.is_http10,
		.keep_alive = connection_stays_open(conn, request),
	};

	response_render(
	    &request->response, conn->server, &frame, output_bytes(conn));
	if (request->response.file != NULL && !frame.is_head) {
		output_add_file(conn, request->file);
		request->file = NULL;
	}
	/* It may still read: that cannot be told from one that is gone. */
	access_log_write(request,
	    conn->half_closed ? 499 : request->response.status,
	    content_sent(request),
	    request->early == 400 ? "bad http request" : "");
	return frame.keep_alive;
}

void
connection_answer_first(
    struct http_connection *conn, struct http_request *request)
{
	request->is_answered = true;
	give(conn, request);
	connection_send(conn);
}

void
connection_answer(struct http_connection *conn, struct http_request *request)
{
	if (stream_has_begun(request)) {
		stream_end(request);
		return;
	}
	if (conn == NULL) {
		if (!request->is_answered)
			access_log_write(request, 499, 0, "");
		return;
	}
	connection_finish(conn,
	    request->is_answered ? connection_stays_open(conn, request)
				 : give(conn, request));
}
