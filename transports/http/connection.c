#include "transports/http/connection.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/loop/loop.h"
#include "runtime/service/call.h"
#include "runtime/service/service.h"
#include "transports/http/access_log.h"
#include "transports/http/body_stream.h"
#include "transports/http/intake.h"
#include "transports/http/output.h"
#include "transports/http/request.h"
#include "transports/http/server.h"
#include "transports/http/stream.h"
#include "transports/http/upgraded.h"
#include "transports/http/wire.h"
#include "transports/net/tls.h"

/* What a client may send ahead while its request is being handled. */
#define AHEAD_MAX ((size_t)64 * 1024)

/*
 * To see a peer go whose bytes are not read now.  By edges: for a reset libevent
 * tells EV_READ, and bytes that stay unread would tell it again and again.
 */
#define EV_GONE (EV_READ | EV_ET)

static void on_event(evutil_socket_t fd, short what, void *arg);

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
	    conn->event.ev_fd, (short)(what | EV_PERSIST), on_event, conn);
	event_add(&conn->event, NULL);
}

void
connection_hold(struct http_connection *conn)
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

struct http_connection *
connection_new(struct http_server *server, int fd, const struct in6_addr *peer)
{
	struct http_connection *conn = xcalloc(1, sizeof(*conn));

	conn->server = server;
	conn->peer = *peer;
	conn->waiting = WAITING_KINDS;
	conn->opened_ms = loop_now_ms(server->service->loop);
	conn->event.ev_fd = fd;
	if (server->tls != NULL)
		conn->tls = tls_new(server->tls, fd);
	watch(conn, EV_READ);
	server->connections++;
	waiting_for(server, conn, WAITING_HEAD);
	return conn;
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

	waiting_leave(server, conn);
	watch(conn, 0);
	wire_close(conn);
	if (request != NULL && request->in_call) {
		request->connection = NULL;
		stream_on_close(request);
		upgraded_on_end(request);
		body_stream_end(request, TOMO_ECLOSED);
		cancel_if_asked(request);
	} else if (request != NULL) {
		access_log_write(request, 499, 0,
		    "ignored http request - "
		    "connection closed before body was sent");
		request_drop(request);
	}
	intake_drop(conn);
	output_drop(conn);
	release(conn);
	server->connections--;
	free(conn);
}

/* ---- what comes next ---- */

bool
connection_is_busy(const struct http_connection *conn)
{
	return conn->request != NULL && conn->request->in_call;
}

static void
linger(struct http_connection *conn)
{
	intake_drop(conn);
	release(conn);
	wire_end(conn);
	waiting_for(conn->server, conn, WAITING_CLOSE);
	watch(conn, EV_READ);
}

/* Whether input waits for no more than that its turn comes. */
static bool
has_to_go_on(const struct http_connection *conn)
{
	return conn->choked && !conn->closing;
}

static void
wait_for_stream(struct http_connection *conn)
{
	const bool pauses = body_stream_pauses(conn->request);
	const enum http_waiting wanted = pauses ? WAITING_CALL : WAITING_STREAM;

	if (conn->waiting != wanted)
		waiting_for(conn->server, conn, wanted);
	/* That it is full is noticed when more comes: most never are. */
	if (!body_stream_is_full(conn->request))
		watch(conn, EV_READ);
	else if (conn->watched & EV_WRITE)
		watch(conn, EV_GONE);
}

static short
watched_when_busy(const struct http_connection *conn, size_t ahead)
{
	if (conn->eof)
		return 0;
	if (ahead <= AHEAD_MAX)
		return EV_READ;
	return conn->half_closed ? EV_GONE : EV_CLOSED | EV_GONE;
}

static void
wait_for_input(struct http_connection *conn)
{
	size_t ahead = intake_ahead(conn);
	enum http_waiting wanted;

	if (conn->request != NULL && body_stream_is_open(conn->request) &&
	    !conn->eof) {
		wait_for_stream(conn);
		return;
	}
	/* The peer had ended before this body began, and all of it is taken. */
	if (conn->request != NULL && !body_stream_is_full(conn->request))
		body_stream_end(conn->request, TOMO_ECLOSED);
	if (connection_is_busy(conn)) {
		waiting_for(conn->server, conn, WAITING_CALL);
		watch(conn, watched_when_busy(conn, ahead));
		return;
	}
	if (conn->request == NULL) {
		/* During a stop it waits for the rest of its last request. */
		if (!conn->server->shutting)
			release(conn);
		/* Empty lines, or more of a head, win no time. */
		wanted = ahead == 0 && conn->requests > 0 ? WAITING_IDLE
							  : WAITING_HEAD;
		if (conn->waiting != wanted || conn->started)
			waiting_for(conn->server, conn, wanted);
		conn->started = false;
	} else if (conn->waiting == WAITING_WRITE) {
		/* The rest of a body, behind answers that were sent by now. */
		waiting_for(conn->server, conn, WAITING_BODY);
	}
	watch(conn, EV_READ);
}

/* Sends what there is, and lets a stream go on that waited for room. */
static int
send_some(struct http_connection *conn, size_t *room)
{
	if (output_send(conn, room) < 0)
		return -1;
	if (conn->request != NULL)
		stream_on_sent(conn->request);
	return 0;
}

/*
 * Sends, and uses up the input that had to wait for it, until it is the others'
 * turn.  Returns -1 when the peer is gone.
 */
static int
send_all(struct http_connection *conn)
{
	const uint32_t first = conn->requests;
	size_t room = OUTPUT_TURN;

	while (send_some(conn, &room) == 0) {
		if (conn->output != NULL || !has_to_go_on(conn) || room == 0 ||
		    conn->requests - first >= INTAKE_TURN)
			return 0;
		intake_feed(conn, "", 0);
	}
	return -1;
}

/* The same for one that another transport has taken. */
static void
settle_upgraded(struct http_connection *conn)
{
	const short what = upgraded_send(conn);

	if (what < 0)
		connection_close(conn);
	else
		watch(conn, what);
}

/* Sends, then closes, lingers or waits.  The connection may be gone after it. */
static void
settle(struct http_connection *conn)
{
	if (conn->upgraded != NULL) {
		settle_upgraded(conn);
		return;
	}
	if (send_all(conn) < 0) {
		connection_close(conn);
		return;
	}
	if (conn->output != NULL && conn->server->was_cut &&
	    !connection_is_busy(conn)) {
		connection_close(conn);
		return;
	}
	if (conn->output != NULL || has_to_go_on(conn)) {
		if (conn->waiting != WAITING_WRITE)
			waiting_for(conn->server, conn, WAITING_WRITE);
		watch(conn, EV_WRITE);
		return;
	}
	if (conn->request == NULL && (conn->closing || conn->eof)) {
		if (conn->lingers && !conn->eof && !conn->broken)
			linger(conn);
		else
			connection_close(conn);
		return;
	}
	wait_for_input(conn);
}

/* While its input is being used up, that is sent by whoever does so. */
void
connection_send(struct http_connection *conn)
{
	if (!conn->processing)
		settle(conn);
}

void
connection_go_on(struct http_connection *conn)
{
	if (conn->processing)
		return;
	if (conn->input != NULL && !conn->closing)
		intake_feed(conn, "", 0);
	settle(conn);
}

void
connection_resume(struct http_connection *conn)
{
	intake_feed(conn, "", 0);
	settle(conn);
}

static void
on_end_of_input(struct http_connection *conn)
{
	conn->eof = conn->half_closed = true;
	if (connection_is_busy(conn)) {
		body_stream_end(conn->request, TOMO_ECLOSED);
		cancel_if_asked(conn->request);
		watch(conn, 0);
		return;
	}
	connection_close(conn);
}

/* A handler runs, and requests before the end may still be in the kernel. */
static void
on_half_close(struct http_connection *conn)
{
	conn->half_closed = true;
	cancel_if_asked(conn->request);
	watch(conn, EV_GONE);
}

static void
on_failure(struct http_connection *conn, int error)
{
	if (error != EPROTOTYPE) {
		connection_close(conn);
		return;
	}
	wire_drop_tls(conn);
	connection_refuse(
	    conn, 400, "The plain HTTP request was sent to HTTPS port");
	settle(conn);
}

static void
on_readable(struct http_connection *conn)
{
	struct http_server *server = conn->server;
	ssize_t got;

	/* Its end may have come already, behind what is not read yet. */
	if (conn->request != NULL && body_stream_is_full(conn->request)) {
		watch(conn, EV_GONE);
		return;
	}
	got = wire_receive(conn, server->input, SERVER_INPUT_SIZE);

	if (got < 0 && wire_is_later(errno)) {
		if (conn->tls != NULL && conn->output == NULL)
			watch(
			    conn, wire_wants_write(conn) ? EV_WRITE : EV_READ);
		return;
	}
	if (got < 0) {
		on_failure(conn, errno);
		return;
	}
	if (got == 0) {
		on_end_of_input(conn);
		return;
	}
	if (conn->waiting == WAITING_CLOSE)
		return;
	intake_feed(conn, server->input, (size_t)got);
	settle(conn);
}

static bool
was_reset(const struct http_connection *conn)
{
	int failure = 0;
	socklen_t len = sizeof(failure);

	getsockopt(conn->event.ev_fd, SOL_SOCKET, SO_ERROR, &failure, &len);
	return failure != 0;
}

static void
on_writable(struct http_connection *conn)
{
	size_t room = OUTPUT_TURN;

	if (conn->output == NULL && wire_wants_write(conn))
		on_readable(conn);
	else if (send_some(conn, &room) < 0)
		connection_close(conn);
	else if (conn->output == NULL)
		connection_go_on(conn);
	else if (room < OUTPUT_TURN)
		/* Any progress gives it its full time again. */
		waiting_for(conn->server, conn, WAITING_WRITE);
}

static void
on_upgraded(struct http_connection *conn, short what)
{
	const bool reads = (what & EV_READ) || wire_wants_write(conn);

	if (reads && upgraded_receive(conn) < 0)
		connection_close(conn);
	else if (what & EV_WRITE)
		settle_upgraded(conn);
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct http_connection *conn = arg;

	(void)fd;
	/* Whatever is left there would go to this client. */
	assert(buffer_len(&conn->server->out) == 0);
	if (conn->upgraded != NULL) {
		on_upgraded(conn, what);
		return;
	}
	if (conn->watched & EV_ET) {
		if (was_reset(conn))
			connection_close(conn);
		else if (what & EV_CLOSED)
			on_half_close(conn);
	} else if (what & EV_WRITE) {
		on_writable(conn);
	} else {
		on_readable(conn);
	}
}

/* A last look: what has come by now is still answered. */
static void
let_go(struct http_connection *conn)
{
	struct http_server *server = conn->server;
	const ssize_t got = wire_receive(
	    conn, server->input, SERVER_INPUT_SIZE);

	if (got <= 0) {
		connection_close(conn);
		return;
	}
	intake_feed(conn, server->input, (size_t)got);
	settle(conn);
}

void
connection_expire(struct http_connection *conn)
{
	if (conn->waiting == WAITING_HEAD && conn->input != NULL) {
		intake_drop(conn);
		connection_refuse(conn, 408, NULL);
		settle(conn);
	} else if (conn->waiting == WAITING_STREAM) {
		body_stream_end(conn->request, TOMO_ETIMEOUT);
		settle(conn);
	} else if (conn->waiting == WAITING_BODY) {
		intake_answer_at_once(conn, 408);
		settle(conn);
	} else if (conn->waiting == WAITING_IDLE ||
	    conn->waiting == WAITING_HEAD) {
		let_go(conn);
	} else {
		connection_close(conn);
	}
}

void
connection_shut(struct http_connection *conn)
{
	/* A first request, or on a reload any, may be on its way. */
	if (conn->waiting == WAITING_HEAD || conn->server->service->reloading)
		connection_hold(conn);
	else
		let_go(conn);
}
