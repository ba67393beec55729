#include "transports/http/intake.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/buffer.h"
#include "runtime/base/log.h"
#include "runtime/service/service.h"
#include "transports/http/body_stream.h"
#include "transports/http/connection.h"
#include "transports/http/dispatch.h"
#include "transports/http/output.h"
#include "transports/http/request.h"
#include "transports/http/server.h"
#include "transports/http/upgraded.h"

/* Between two records of bodies that cannot be stored. */
#define UNSTORED_PAUSE_MS 10000

/* Bytes that could not be used yet. */
struct http_input {
	struct buffer buffer;
	struct head_scan scan;
};

void
intake_drop(struct http_connection *conn)
{
	if (conn->input == NULL)
		return;
	buffer_clear(&conn->input->buffer);
	free(conn->input);
	conn->input = NULL;
}

size_t
intake_ahead(const struct http_connection *conn)
{
	return conn->input != NULL ? buffer_len(&conn->input->buffer) : 0;
}

/* One record for all that fail within some seconds. */
static void
cannot_store(struct http_request *request, int why)
{
	struct http_server *server = request->server;
	const int64_t now_ms = loop_now_ms(server->service->loop);

	request->early = 503;
	if (server->unstored_ms > now_ms - UNSTORED_PAUSE_MS)
		return;
	server->unstored_ms = now_ms;
	log_record("tomodachi.http", TOMO_LOG_ERROR,
	    "cannot store a request body",
	    TOMO_LOG_STR("error",
		why == EDQUOT
		    ? "http.total_body_file_size, or a quota, is reached"
		    : strerror(why)),
	    TOMO_LOG_STR("folder", body_folder()));
}

static int
on_body(void *arg, const char *data, size_t len)
{
	struct http_request *request = arg;

	request->body_read += len;
	if (request->discards) {
		request->discarded += len;
		return request->discarded > DISCARD_MAX;
	}
	if (request->body_stream != NULL) {
		if (request->body_read > request->body_max) {
			/* How much came with it is chance. */
			request->body_read = request->body_max + 1;
			return 1;
		}
		body_stream_add(request, data, len);
		return 0;
	}
	if (request->body_read <= request->body_max) {
		if (body_add(&request->body, data, len) == 0)
			return 0;
		cannot_store(request, errno);
	} else {
		request->early = 413;
	}
	request->discards = true;
	body_clear(&request->body);
	return 0;
}

void
intake_answer_at_once(struct http_connection *conn, int status)
{
	struct http_request *request = conn->request;
	bool was_processing = conn->processing;

	request->early = status;
	request->closes = true;
	conn->lingers = true;
	conn->processing = true;
	dispatch_run(request);
	conn->processing = was_processing;
}

/* What the handler learns of it. */
static void
end_stream(struct http_request *request, enum framing_verdict verdict)
{
	body_stream_end(request,
	    verdict == FRAMING_DONE      ? 0
		: verdict == FRAMING_BAD ? TOMO_EPROTOCOL
					 : TOMO_ETOOBIG);
}

static size_t
read_body(struct http_connection *conn, const char *data, size_t len)
{
	struct http_request *request = conn->request;
	const struct framing_sink sink = { on_body, request };
	enum framing_verdict verdict;
	size_t used;

	verdict = framing_feed(&request->head.framing, data, len, &used, &sink);
	if (request->body_stream != NULL && verdict != FRAMING_MORE) {
		end_stream(request, verdict);
		return verdict == FRAMING_DONE ? used : len;
	}
	switch (verdict) {
	case FRAMING_MORE:
		if (request->body_read - request->body_paced >=
		    conn->server->settings.body_pace) {
			request->body_paced = request->body_read;
			waiting_for(conn->server, conn,
			    request->body_stream != NULL ? WAITING_STREAM
							 : WAITING_BODY);
		}
		return used;
	case FRAMING_DONE:
		if (body_end(&request->body) < 0)
			cannot_store(request, errno);
		dispatch_run(request);
		return used;
	case FRAMING_STOPPED:
		intake_answer_at_once(conn, request->early);
		return len;
	case FRAMING_BAD:
		intake_answer_at_once(conn, 400);
		return len;
	}
	return len;
}

static void
expect_body(struct http_connection *conn, struct http_request *request)
{
	const struct head *head = &request->head;

	if (request->early != 0) {
		bool refuses = request->early == 413 || request->early == 417;

		/* Whoever asks first need not send what nobody wants. */
		if ((head->has_length && head->length > DISCARD_MAX) ||
		    (head->expects_continue && refuses)) {
			intake_answer_at_once(conn, request->early);
			return;
		}
		request->discards = true;
	}
	if (head->expects_continue && !head->is_http10)
		buffer_add_text(
		    output_bytes(conn), "HTTP/1.1 100 Continue\r\n\r\n");
	waiting_for(conn->server, conn, WAITING_BODY);
}

static void
start_request(
    struct http_connection *conn, const char *text, size_t len, unsigned lines)
{
	struct http_request *request;
	int status;

	request = request_new(conn->server, text, len, lines, &status);
	if (request == NULL) {
		connection_refuse(conn, status, NULL);
		return;
	}
	connection_hold(conn);
	conn->started = true;
	request->connection = conn;
	request->peer = conn->peer;
	conn->request = request;
	conn->requests++;
	dispatch_route(request);
	if (head_has_body(&request->head) && !body_stream_start(request))
		expect_body(conn, request);
	else
		dispatch_run(request);
}

/* Whether bytes may be used now: not ahead of a handler, but for its stream. */
static bool
takes_input(const struct http_connection *conn)
{
	if (conn->closing)
		return false;
	return !connection_is_busy(conn) ||
	    (body_stream_is_open(conn->request) &&
		!body_stream_is_full(conn->request));
}

/* Uses up what it can of data[0..len) and returns how much that was. */
static size_t
consume(struct http_connection *conn, const char *data, size_t len,
    struct head_scan *scan)
{
	const uint32_t last = conn->requests + INTAKE_TURN;
	size_t used = 0;

	while (used < len && takes_input(conn)) {
		unsigned lines;
		long found;

		conn->choked = conn->requests == last || output_is_choked(conn);
		if (conn->choked)
			break;
		if (conn->request != NULL) {
			used += read_body(conn, data + used, len - used);
			continue;
		}
		found = head_find(scan, data + used, len - used,
		    &conn->server->settings.head);
		if (found == 0)
			break;
		if (found < 0) {
			connection_refuse(conn, (int)-found, NULL);
			break;
		}
		lines = scan->lines;
		*scan = (struct head_scan) { 0 };
		if (lines > 0)
			start_request(conn, data + used, (size_t)found, lines);
		used += (size_t)found;
	}
	if (conn->upgraded != NULL)
		used += upgraded_feed(conn, data + used, len - used);
	return used;
}

void
intake_keep(struct http_connection *conn, const char *data, size_t len)
{
	conn->input = xcalloc(1, sizeof(*conn->input));
	buffer_add(&conn->input->buffer, data, len);
}

void
intake_feed(struct http_connection *conn, const char *data, size_t len)
{
	struct head_scan scan = { 0 };
	struct http_input *input = conn->input;
	size_t used;

	conn->processing = true;
	if (input == NULL) {
		used = consume(conn, data, len, &scan);
		if (used < len && !conn->closing) {
			intake_keep(conn, data + used, len - used);
			conn->input->scan = scan;
		} else if (used < len) {
			conn->lingers = true;
		}
	} else {
		buffer_add(&input->buffer, data, len);
		used = consume(conn, buffer_data(&input->buffer),
		    buffer_len(&input->buffer), &input->scan);
		buffer_drain(&input->buffer, used);
		if (conn->closing && buffer_len(&input->buffer) > 0)
			conn->lingers = true;
		if (conn->closing || buffer_len(&input->buffer) == 0)
			intake_drop(conn);
	}
	conn->processing = false;
}
