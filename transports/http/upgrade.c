#include "transports/http/upgrade.h"

#include <errno.h>
#include <string.h>

#include <event2/event.h>

#include <tomodachi/http.h>

#include "runtime/base/ascii.h"
#include "runtime/base/prefetch.h"
#include "runtime/loop/loop.h"
#include "runtime/service/call.h"
#include "runtime/service/chain.h"
#include "runtime/service/service.h"
#include "transports/http/access_log.h"
#include "transports/http/connection.h"
#include "transports/http/intake.h"
#include "transports/http/output.h"
#include "transports/http/request.h"
#include "transports/http/server.h"
#include "transports/http/stream.h"
#include "transports/http/upgrade_route.h"
#include "transports/http/upgraded.h"
#include "transports/http/waiting.h"
#include "transports/http/wire.h"

/* The largest buffer that is kept for who sends next. */
#define SPARE_MAX ((size_t)4096)

/* Of a stack, what is used on either side of what took a connection. */
#define STACK_NEAR 512

/* ---- the request ---- */

static const char *
protocol_of(const struct http_request *request)
{
	const struct upgrade_route *route = (const void *)request->spec;

	return route->upgrade->protocol;
}

/* Whether a comma-separated list has that token, in any case. */
static bool
has_token(const char *list, const char *token)
{
	const size_t len = strlen(token);

	while (*list != '\0') {
		const char *item = list + strspn(list, ", \t");
		const size_t size = strcspn(item, ", \t");

		if (size == len && ascii_ncasecmp(item, token, len) == 0)
			return true;
		list = item + size;
	}
	return false;
}

/* In any of the headers of that name. */
static bool
header_has(
    const struct http_request *request, const char *name, const char *token)
{
	for (unsigned i = 0; i < request->head.nheaders; i++)
		if (ascii_casecmp(request->head.headers[i].name, name) == 0 &&
		    has_token(request->head.headers[i].value, token))
			return true;
	return false;
}

bool
upgrade_is_asked(const struct tomo_call *call)
{
	const struct http_request *request = call->data;

	return request->head.parser.method == HTTP_GET &&
	    !request->head.is_http10 &&
	    header_has(request, "connection", "upgrade") &&
	    header_has(request, "upgrade", protocol_of(request));
}

bool
upgrade_is_possible(const struct tomo_call *call)
{
	const struct http_request *request = call->data;

	return !stream_has_begun(request) && !upgraded_was(request);
}

int
upgrade_require(struct tomo_call *call)
{
	struct http_request *request = call->data;
	struct response_header *option = call_keep(call, sizeof(*option));

	tomo_http_set_header(call, "Upgrade", protocol_of(request));
	/* Belongs to it (RFC 9110 7.8), beside what the runner says there. */
	if (option != NULL && request->response.last != NULL) {
		*option = (struct response_header) { NULL, "Connection",
			"upgrade", 10, 7, chain_depth(call), false };
		request->response.last->next = option;
		request->response.last = option;
	}
	return tomo_http_fail(call, 426);
}

/* ---- taking it ---- */

static void
touch(struct upgraded *up)
{
	if (up->is_touched)
		return;
	up->is_touched = true;
	TAILQ_INSERT_TAIL(&up->request->server->touched, up, touched);
}

static void
add_answer(struct buffer *out, struct http_request *request, const char *lines)
{
	const char *name = request->server->settings.server_header;

	buffer_add_text(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: ");
	buffer_add_text(out, protocol_of(request));
	buffer_add_text(out, "\r\nConnection: upgrade\r\n");
	buffer_add_text(out, lines);
	for (const struct response_header *header = request->response.headers;
	     header != NULL; header = header->next) {
		buffer_add(out, header->name, header->name_len);
		buffer_add(out, ": ", 2);
		buffer_add(out, header->value, header->value_len);
		buffer_add(out, "\r\n", 2);
	}
	if (name[0] != '\0') {
		buffer_add_text(out, "Server: ");
		buffer_add_text(out, name);
		buffer_add(out, "\r\n", 2);
	}
	buffer_add(out, server_date(request->server), SERVER_DATE_LEN);
}

/* What was answered before on the connection goes out before it. */
static void
take_output(struct upgraded *up, struct http_connection *conn)
{
	struct buffer *out = output_bytes(conn);
	const size_t len = buffer_len(out);

	if (len > 0) {
		buffer_add(&up->unsent, buffer_data(out), len);
		buffer_drain(out, len);
	}
	output_drop(conn);
}

void
upgrade_take(struct tomo_call *call, struct upgraded *up, const char *lines,
    const struct upgrade_events *events, void *arg)
{
	struct http_request *request = call->data;
	struct http_connection *conn = request->connection;

	*up = (struct upgraded) {
		.events = events, .arg = arg, .request = request
	};
	if (conn != NULL) {
		conn->upgraded = up;
		take_output(up, conn);
	}
	add_answer(&up->unsent, request, lines);
	request->upgraded = up;
	request->response.status = 101;
	request->response.body = "";
	request->response.failed = false;
	up->cut = conn == NULL || conn->eof;
	/* What came while middleware was suspended. */
	up->resumes = conn != NULL && conn->input != NULL;
	touch(up);
}

void *
upgrade_arg(const struct tomo_call *call)
{
	const struct http_request *request = call->data;

	if (call->kind != TOMO_KIND_HTTP || request->upgraded == NULL)
		return NULL;
	return request->upgraded->arg;
}

/* One that is idle has no buffer; the next that sends gets that of the last. */
static void
give_back(struct upgraded *up, struct http_server *server)
{
	if (server->spare_output.data != NULL || up->unsent.size > SPARE_MAX) {
		buffer_clear(&up->unsent);
		return;
	}
	server->spare_output = up->unsent;
	up->unsent = (struct buffer) { 0 };
}

struct buffer *
upgrade_output(struct upgraded *up)
{
	struct http_server *server = up->request->server;

	touch(up);
	if (up->unsent.data == NULL) {
		up->unsent = server->spare_output;
		server->spare_output = (struct buffer) { 0 };
	}
	return &up->unsent;
}

size_t
upgrade_unsent(const struct upgraded *up)
{
	return buffer_len(&up->unsent);
}

bool
upgrade_is_gone(const struct upgraded *up)
{
	return up->request->connection == NULL;
}

void
upgrade_pause(struct upgraded *up)
{
	up->paused = true;
}

void
upgrade_resume(struct upgraded *up)
{
	if (!up->paused)
		return;
	up->paused = false;
	up->resumes = true;
	touch(up);
}

void
upgrade_cut(struct upgraded *up)
{
	up->cut = true;
	touch(up);
}

static void
open_once(struct upgraded *up)
{
	if (up->is_open)
		return;
	up->is_open = true;
	up->events->on_open(up->arg);
}

void
upgrade_end(struct upgraded *up)
{
	struct http_request *request = up->request;
	struct http_connection *conn = request->connection;

	open_once(up);
	if (up->is_touched)
		TAILQ_REMOVE(&request->server->touched, up, touched);
	request->upgraded = NULL;
	request->connection = NULL;
	if (conn != NULL) {
		conn->upgraded = NULL;
		if (buffer_len(&up->unsent) > 0)
			buffer_add(output_bytes(conn), buffer_data(&up->unsent),
			    buffer_len(&up->unsent));
		conn->lingers = true;
		connection_finish(conn, false);
	}
	buffer_clear(&up->unsent);
}

void
upgrade_log(const struct tomo_call *call, const char *logger,
    const struct tomo_log_field *fields, bool ends)
{
	access_log_upgraded(call->data, logger, fields, ends);
}

/* ---- what the HTTP side does ---- */

bool
upgraded_was(const struct http_request *request)
{
	return request->response.status == 101;
}

size_t
upgraded_feed(struct http_connection *conn, const char *data, size_t len)
{
	struct upgraded *up = conn->upgraded;

	open_once(up);
	return up->paused ? 0 : up->events->on_bytes(up->arg, data, len);
}

void
upgraded_on_end(struct http_request *request)
{
	struct upgraded *up = request->upgraded;

	if (up == NULL)
		return;
	open_once(up);
	if (request->connection == NULL)
		buffer_clear(&up->unsent);
	up->events->on_end(up->arg);
}

/*
 * What it was taken with lies on the stack of a coroutine, above and below what
 * that is about to use.  By now all this is far from the processor: it may come
 * while the kernel works.
 */
static void
warm(const struct http_connection *conn)
{
	const char *at = (const char *)conn->upgraded;

	prefetch(conn->request, 1);
	prefetch(at - STACK_NEAR, 2 * STACK_NEAR);
}

/* Behind what was kept, if anything was. */
static void
feed(struct http_connection *conn, const char *data, size_t len)
{
	size_t used;

	if (conn->input != NULL) {
		intake_feed(conn, data, len);
		return;
	}
	used = upgraded_feed(conn, data, len);
	if (used < len)
		intake_keep(conn, data + used, len - used);
}

int
upgraded_receive(struct http_connection *conn)
{
	struct http_server *server = conn->server;
	ssize_t got;

	warm(conn);
	got = wire_receive(conn, server->input, SERVER_INPUT_SIZE);
	if (got < 0 && !wire_is_later(errno))
		return -1;
	if (got > 0)
		feed(conn, server->input, (size_t)got);
	if (got == 0) {
		conn->eof = true;
		upgraded_on_end(conn->request);
	}
	/* It is to be watched for something else. */
	if (conn->eof || conn->upgraded->paused || wire_wants_write(conn))
		touch(conn->upgraded);
	return 0;
}

short
upgraded_send(struct http_connection *conn)
{
	struct upgraded *up = conn->upgraded;
	const size_t before = buffer_len(&up->unsent);

	/* A fast reader must not keep the others from their turn. */
	while (buffer_len(&up->unsent) > 0 &&
	    before - buffer_len(&up->unsent) < OUTPUT_TURN) {
		const ssize_t put = wire_send(conn, buffer_data(&up->unsent),
		    buffer_len(&up->unsent), false);

		if (put < 0 && !wire_is_later(errno))
			return -1;
		if (put < 0)
			break;
		buffer_drain(&up->unsent, (size_t)put);
	}
	if (buffer_len(&up->unsent) < before)
		up->events->on_sent(up->arg);
	if (up->unsent.data != NULL && buffer_len(&up->unsent) == 0)
		give_back(up, conn->server);
	if (conn->waiting != WAITING_CALL)
		waiting_for(conn->server, conn, WAITING_CALL);
	return (short)((up->paused || conn->eof ? 0 : EV_READ) |
	    (buffer_len(&up->unsent) > 0 || wire_wants_write(conn) ? EV_WRITE
								   : 0));
}

/* With TLS it would need more of a stack than one that is idle should. */
void
upgrade_flush(struct upgraded *up)
{
	struct http_connection *conn = up->request->connection;

	if (!up->is_touched || !up->is_open || up->resumes || up->cut ||
	    conn == NULL || conn->tls != NULL)
		return;
	/* What else has to change is seen to at the end of the pass. */
	if (upgraded_send(conn) != conn->watched)
		return;
	TAILQ_REMOVE(&conn->server->touched, up, touched);
	up->is_touched = false;
}

/* ---- at the end of a pass ---- */

static void
work(struct upgraded *up)
{
	struct http_connection *conn = up->request->connection;
	const bool resumes = up->resumes;

	open_once(up);
	up->resumes = false;
	if (conn == NULL)
		upgraded_on_end(up->request);
	else if (up->cut)
		connection_close(conn);
	else if (resumes)
		connection_resume(conn);
	else
		connection_send(conn);
}

static void
on_pass_end(void *arg)
{
	struct http_server *server = arg;
	struct upgraded *up;

	while ((up = TAILQ_FIRST(&server->touched)) != NULL) {
		TAILQ_REMOVE(&server->touched, up, touched);
		up->is_touched = false;
		work(up);
	}
}

void
upgraded_start(struct http_server *server)
{
	TAILQ_INIT(&server->touched);
	if (server->upgrades == NULL)
		return;
	server->upgrade_hook = (struct loop_hook) { .fn = on_pass_end,
		.arg = server };
	loop_add_hook(server->service->loop, &server->upgrade_hook);
}

void
upgraded_stop(struct http_server *server)
{
	if (server->upgrade_hook.fn != NULL)
		loop_remove_hook(server->service->loop, &server->upgrade_hook);
	buffer_clear(&server->spare_output);
}
