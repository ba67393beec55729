#include "transports/http/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/base/buffer.h"
#include "runtime/loop/loop.h"
#include "runtime/service/call.h"
#include "runtime/service/service.h"
#include "transports/http/access_log.h"
#include "transports/http/dispatch.h"
#include "transports/http/request.h"
#include "transports/http/server.h"

/* A body that nobody wants is read this far to keep the connection. */
#define DISCARD_MAX ((uint64_t)256 * 1024)

/* What a client may send ahead while its request is being handled. */
#define AHEAD_MAX ((size_t)64 * 1024)

/* While more than this waits to be sent, no further request is read. */
#define OUTPUT_MAX ((size_t)256 * 1024)

/* Bytes that could not be used yet. */
struct http_input {
	struct buffer buffer;
	struct head_scan scan;
};

static void on_event(evutil_socket_t fd, short what, void *arg);

static int
fd_of(const struct http_connection *conn)
{
	return conn->event.ev_fd;
}

/* ---- what it waits for ---- */

static void
watch(struct http_connection *conn, short what)
{
	if (what == conn->watched)
		return;
	if (conn->watched != 0)
		event_del(&conn->event);
	conn->watched = (uint8_t)what;
	if (what == 0)
		return;
	event_assign(&conn->event, loop_base(conn->server->service->loop),
	    fd_of(conn), (short)(what | EV_PERSIST), on_event, conn);
	event_add(&conn->event, NULL);
}

static void
hold(struct http_connection *conn)
{
	if (conn->holds)
		return;
	conn->holds = true;
	service_hold(conn->server->service);
}

static void
release(struct http_connection *conn)
{
	if (!conn->holds)
		return;
	conn->holds = false;
	service_release(conn->server->service);
}

void
connection_new(struct http_server *server, int fd, const struct in6_addr *peer)
{
	struct http_connection *conn = xcalloc(1, sizeof(*conn));

	conn->server = server;
	conn->peer = *peer;
	conn->waiting = WAITING_KINDS;
	conn->opened_ms = loop_now_ms(server->service->loop);
	conn->event.ev_fd = fd;
	watch(conn, EV_READ);
	server->connections++;
	server_wait(server, conn, WAITING_HEAD);
}

static void
drop_input(struct http_connection *conn)
{
	if (conn->input == NULL)
		return;
	buffer_clear(&conn->input->buffer);
	free(conn->input);
	conn->input = NULL;
}

static void
drop_output(struct http_connection *conn)
{
	if (conn->output == NULL)
		return;
	buffer_clear(conn->output);
	free(conn->output);
	conn->output = NULL;
}

static void
cancel_if_asked(struct http_request *request)
{
	if (request->spec != NULL && request->spec->cancel_on_disconnect)
		task_cancel(&request->call->task);
}

void
connection_close(struct http_connection *conn)
{
	struct http_server *server = conn->server;
	struct http_request *request = conn->request;

	server_forget(server, conn);
	watch(conn, 0);
	close(fd_of(conn));
	if (request != NULL && request->in_call) {
		request->connection = NULL;
		cancel_if_asked(request);
	} else if (request != NULL) {
		access_log_write(request, 499, 0, "ignored http request - "
		    "connection closed before body was sent");
		request_drop(request);
	}
	drop_input(conn);
	drop_output(conn);
	release(conn);
	server->connections--;
	free(conn);
}

/* ---- output ---- */

static struct buffer *
output_of(struct http_connection *conn)
{
	return conn->output != NULL ? conn->output : &conn->server->out;
}

/* Sends what there is; what the socket does not take stays.  -1: it is gone. */
static int
flush(struct http_connection *conn)
{
	struct buffer *out = output_of(conn);
	size_t len = buffer_len(out);
	ssize_t put = 0;

	if (len == 0)
		return 0;
	put = send(fd_of(conn), buffer_data(out), len, MSG_NOSIGNAL);
	if (put < 0 && errno != EAGAIN && errno != EINTR) {
		buffer_drain(out, len);
		return -1;
	}
	if (put > 0)
		buffer_drain(out, (size_t)put);
	if (buffer_len(out) == 0) {
		drop_output(conn);
	} else if (conn->output == NULL) {
		conn->output = xcalloc(1, sizeof(*conn->output));
		buffer_add(conn->output, buffer_data(out), buffer_len(out));
		buffer_drain(out, buffer_len(out));
	}
	return 0;
}

/* An error that has no request to answer. */
static void
refuse(struct http_connection *conn, int status)
{
	const char *reason = response_reason(status);
	const struct http_response response = { .status = status,
		.body = reason, .body_len = strlen(reason) };
	const struct response_frame frame = { 0 };

	response_render(&response, conn->server, &frame, output_of(conn));
	access_log_bad(conn->server, &conn->peer, status, response.body_len);
	conn->closing = conn->lingers = true;
}

static bool
stays_open(const struct http_connection *conn,
    const struct http_request *request)
{
	const struct http_settings *settings = &conn->server->settings;

	if (!request->head.keep_alive || request->closes || conn->closing ||
	    conn->server->shutting || settings->keepalive_ms == 0)
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

	return response_is_bodiless(response->status) ? 0
	    : response->body_len;
}

static void go_on(struct http_connection *conn);

void
connection_answer(struct http_connection *conn, struct http_request *request)
{
	struct response_frame frame = {
		.is_head = request_is_head(request),
		.is_http10 = request->head.is_http10,
	};

	if (conn == NULL) {
		access_log_write(request, 499, 0, "");
		return;
	}
	frame.keep_alive = stays_open(conn, request);
	response_render(&request->response, conn->server, &frame,
	    output_of(conn));
	access_log_write(request, request->response.status,
	    content_sent(request), "");
	conn->request = NULL;
	if (!frame.keep_alive)
		conn->closing = true;
	if (!conn->processing)
		go_on(conn);
}

/* ---- input ---- */

static int
on_body(void *arg, const char *data, size_t len)
{
	struct http_request *request = arg;

	request->body_read += len;
	if (request->discards) {
		request->discarded += len;
		return request->discarded > DISCARD_MAX;
	}
	if (request->body_read <= request->body_max) {
		if (body_add(&request->body, data, len,
		    request->server->settings.body_memory) == 0)
			return 0;
		request->early = 500;
	} else {
		request->early = 413;
	}
	request->discards = true;
	body_clear(&request->body);
	return 0;
}

/* Answers before the body was read: the rest of the bytes means nothing. */
static void
answer_at_once(struct http_connection *conn, int status)
{
	struct http_request *request = conn->request;

	request->early = status;
	request->closes = true;
	conn->lingers = true;
	dispatch_run(request);
}

static size_t
read_body(struct http_connection *conn, const char *data, size_t len)
{
	struct http_request *request = conn->request;
	size_t used;

	switch (head_body(&request->head, data, len, &used, on_body, request)) {
	case HEAD_MORE:
		server_wait(conn->server, conn, WAITING_BODY);
		return used;
	case HEAD_DONE:
		dispatch_run(request);
		return used;
	case HEAD_STOPPED:
		answer_at_once(conn, request->early);
		return len;
	case HEAD_BAD:
		answer_at_once(conn, 400);
		return len;
	}
	return len;
}

static void
expect_body(struct http_connection *conn, struct http_request *request)
{
	const struct head *head = &request->head;

	if (request->early == 413 || request->early == 417) {
		if (head->expects_continue ||
		    (head->has_length && head->length > DISCARD_MAX)) {
			answer_at_once(conn, request->early);
			return;
		}
		request->discards = true;
	} else if (head->expects_continue && !head->is_http10) {
		buffer_add_text(output_of(conn), "HTTP/1.1 100 Continue\r\n\r\n");
	}
	server_wait(conn->server, conn, WAITING_BODY);
}

static void
start_request(struct http_connection *conn, const char *text, size_t len,
    unsigned lines)
{
	struct http_request *request;
	int status;

	request = request_new(conn->server, text, len, lines, &status);
	if (request == NULL) {
		refuse(conn, status);
		return;
	}
	hold(conn);
	request->connection = conn;
	request->peer = conn->peer;
	conn->request = request;
	conn->requests++;
	dispatch_route(request);
	if (head_has_body(&request->head))
		expect_body(conn, request);
	else
		dispatch_run(request);
}

static bool
is_busy(const struct http_connection *conn)
{
	return conn->request != NULL && conn->request->in_call;
}

/* Uses up what it can of data[0..len) and returns how much that was. */
static size_t
consume(struct http_connection *conn, const char *data, size_t len,
    struct head_scan *scan)
{
	size_t used = 0;

	while (used < len && !conn->closing && !is_busy(conn) &&
	    buffer_len(output_of(conn)) < OUTPUT_MAX) {
		unsigned lines;
		long found;

		if (conn->request != NULL) {
			used += read_body(conn, data + used, len - used);
			continue;
		}
		found = head_find(scan, data + used, len - used,
		    &conn->server->settings.head);
		if (found == 0)
			break;
		if (found < 0) {
			refuse(conn, (int)-found);
			break;
		}
		lines = scan->lines;
		*scan = (struct head_scan) { 0 };
		if (lines > 0)
			start_request(conn, data + used, (size_t)found, lines);
		used += (size_t)found;
	}
	return used;
}

static void
feed(struct http_connection *conn, const char *data, size_t len)
{
	struct head_scan scan = { 0 };
	struct http_input *input = conn->input;
	size_t used;

	conn->processing = true;
	if (input == NULL) {
		used = consume(conn, data, len, &scan);
		if (used < len && !conn->closing) {
			conn->input = xcalloc(1, sizeof(*conn->input));
			conn->input->scan = scan;
			buffer_add(&conn->input->buffer, data + used,
			    len - used);
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
			drop_input(conn);
	}
	conn->processing = false;
}

/* ---- what comes next ---- */

static void
linger(struct http_connection *conn)
{
	drop_input(conn);
	release(conn);
	shutdown(fd_of(conn), SHUT_WR);
	server_wait(conn->server, conn, WAITING_CLOSE);
	watch(conn, EV_READ);
}

static void
wait_for_input(struct http_connection *conn)
{
	size_t ahead = conn->input != NULL
	    ? buffer_len(&conn->input->buffer) : 0;

	if (conn->request != NULL && conn->request->in_call) {
		server_wait(conn->server, conn, WAITING_CALL);
		watch(conn, conn->eof || ahead > AHEAD_MAX ? 0 : EV_READ);
		return;
	}
	if (conn->request == NULL) {
		release(conn);
		/* The time for a head counts from its first byte. */
		if (ahead == 0 && conn->requests > 0)
			server_wait(conn->server, conn, WAITING_IDLE);
		else if (conn->waiting != WAITING_HEAD)
			server_wait(conn->server, conn, WAITING_HEAD);
	}
	watch(conn, EV_READ);
}

/* Sends, then closes, lingers or waits.  The connection may be gone after it. */
static void
settle(struct http_connection *conn)
{
	if (flush(conn) < 0) {
		connection_close(conn);
		return;
	}
	if (conn->output != NULL) {
		if (conn->waiting != WAITING_WRITE)
			server_wait(conn->server, conn, WAITING_WRITE);
		watch(conn, EV_WRITE);
		return;
	}
	if (conn->request == NULL && (conn->closing || conn->eof)) {
		if (conn->lingers && !conn->eof)
			linger(conn);
		else
			connection_close(conn);
		return;
	}
	if (conn->request == NULL && conn->server->shutting) {
		connection_close(conn);
		return;
	}
	wait_for_input(conn);
}

/* After an answer that came later, or after the output was sent. */
static void
go_on(struct http_connection *conn)
{
	if (conn->input != NULL && !conn->closing)
		feed(conn, "", 0);
	settle(conn);
}

static void
on_end_of_input(struct http_connection *conn)
{
	conn->eof = true;
	if (is_busy(conn)) {
		cancel_if_asked(conn->request);
		watch(conn, 0);
		return;
	}
	connection_close(conn);
}

static void
on_readable(struct http_connection *conn)
{
	struct http_server *server = conn->server;
	ssize_t got = recv(fd_of(conn), server->input, SERVER_INPUT_SIZE, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got < 0) {
		connection_close(conn);
		return;
	}
	if (got == 0) {
		on_end_of_input(conn);
		return;
	}
	if (conn->waiting == WAITING_CLOSE)
		return;
	feed(conn, server->input, (size_t)got);
	settle(conn);
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct http_connection *conn = arg;

	(void)fd;
	if (what & EV_WRITE) {
		size_t before = conn->output != NULL
		    ? buffer_len(conn->output) : 0;

		if (flush(conn) < 0) {
			connection_close(conn);
			return;
		}
		if (conn->output == NULL) {
			go_on(conn);
			return;
		}
		/* Any progress gives it its full time again. */
		if (buffer_len(conn->output) < before)
			server_wait(conn->server, conn, WAITING_WRITE);
		return;
	}
	on_readable(conn);
}

void
connection_expire(struct http_connection *conn)
{
	if (conn->waiting == WAITING_HEAD && conn->input != NULL) {
		drop_input(conn);
		refuse(conn, 408);
		settle(conn);
	} else if (conn->waiting == WAITING_BODY) {
		conn->processing = true;
		answer_at_once(conn, 408);
		conn->processing = false;
		settle(conn);
	} else {
		connection_close(conn);
	}
}

void
connection_shut(struct http_connection *conn)
{
	if (conn->waiting == WAITING_HEAD || conn->waiting == WAITING_IDLE) {
		ssize_t got = recv(fd_of(conn), conn->server->input,
		    SERVER_INPUT_SIZE, 0);

		/* A request that is there already still gets its answer. */
		if (got > 0)
			feed(conn, conn->server->input, (size_t)got);
		settle(conn);
	}
}
