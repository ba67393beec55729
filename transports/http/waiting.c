#include "transports/http/waiting.h"

#include "runtime/loop/alarm.h"
#include "runtime/loop/loop.h"
#include "runtime/service/service.h"
#include "transports/http/connection.h"
#include "transports/http/server.h"

/* How long a closed peer gets to read its last answer. */
#define LINGER_MS 2000
/* Time-outs are looked at no more often than this. */
#define SWEEP_PAUSE_MS 100
/* What a stop gives a connection whose first request may be on its way. */
#define LAST_HEAD_MS 1000
/* What a reload gives an idle client to send again, when others wait. */
#define LAST_IDLE_MS 1500

static int64_t
limit_ms(const struct http_server *server, enum http_waiting waiting)
{
	switch (waiting) {
	case WAITING_HEAD:
		if (server->shutting && !server->service->reloading &&
		    server->settings.header_ms > LAST_HEAD_MS)
			return LAST_HEAD_MS;
		return server->settings.header_ms;
	case WAITING_IDLE:
		/* One whose answer went out slowly had been told to stay. */
		return server->shutting && !server->service->reloading
		    ? SWEEP_PAUSE_MS
		    : server->settings.keepalive_ms;
	case WAITING_BODY:
	case WAITING_STREAM:
	case WAITING_WRITE:
		return server->settings.body_ms;
	case WAITING_CLOSE:
		return LINGER_MS;
	case WAITING_CALL:
	case WAITING_KINDS:
		return 0;
	}
	return 0;
}

/* Whether only idle connections keep the next generation waiting. */
static bool
holds_up(const struct http_server *server)
{
	return server->hastened && server->shutting &&
	    server->service->busy <= server->lists[WAITING_IDLE].count +
		server->lists[WAITING_HEAD].count;
}

static int64_t
limit_now_ms(const struct http_server *server,
    const struct http_connection *conn, enum http_waiting waiting)
{
	const int64_t limit = limit_ms(server, waiting);
	const bool is_idle = waiting == WAITING_IDLE ||
	    (waiting == WAITING_HEAD && conn->input == NULL);

	return is_idle && limit > LAST_IDLE_MS && holds_up(server)
	    ? LAST_IDLE_MS
	    : limit;
}

static void
arm(struct http_server *server, int64_t due_ms)
{
	if (server->alarm_ms != 0 && server->alarm_ms <= due_ms)
		return;
	server->alarm_ms = due_ms;
	alarm_set(server->alarm, due_ms);
}

void
waiting_leave(struct http_server *server, struct http_connection *conn)
{
	struct waiting_list *list;

	if (conn->waiting == WAITING_KINDS)
		return;
	list = &server->lists[conn->waiting];
	if (conn->previous != NULL)
		conn->previous->next = conn->next;
	else
		list->first = conn->next;
	if (conn->next != NULL)
		conn->next->previous = conn->previous;
	else
		list->last = conn->previous;
	list->count--;
	conn->waiting = WAITING_KINDS;
}

void
waiting_for(struct http_server *server, struct http_connection *conn,
    enum http_waiting waiting)
{
	struct waiting_list *list = &server->lists[waiting];
	int64_t limit = limit_ms(server, waiting);

	conn->since_ms = loop_now_ms(server->service->loop);
	if (limit > 0)
		arm(server, conn->since_ms + limit);
	/* To stay where it is touches no other connection's memory. */
	if (conn->waiting == waiting)
		return;
	waiting_leave(server, conn);
	conn->waiting = (uint8_t)waiting;
	conn->next = NULL;
	conn->previous = list->last;
	if (list->last != NULL)
		list->last->next = conn;
	else
		list->first = conn;
	list->last = conn;
	list->count++;
}

/* Ends those whose time is over; the earliest time of the others, or 0. */
static int64_t
sweep(struct http_server *server, enum http_waiting kind)
{
	struct http_connection *conn = server->lists[kind].first;
	int64_t now = loop_now_ms(server->service->loop);
	int64_t earliest = 0;

	if (limit_ms(server, kind) == 0)
		return 0;
	while (conn != NULL) {
		struct http_connection *next = conn->next;
		int64_t due_ms = conn->since_ms +
		    limit_now_ms(server, conn, kind);

		if (due_ms <= now)
			connection_expire(conn);
		else if (earliest == 0 || due_ms < earliest)
			earliest = due_ms;
		conn = next;
	}
	return earliest;
}

static void
on_alarm(void *arg)
{
	struct http_server *server = arg;
	int64_t soonest = loop_now_ms(server->service->loop) + SWEEP_PAUSE_MS;

	server->alarm_ms = 0;
	for (unsigned kind = 0; kind < WAITING_KINDS; kind++) {
		int64_t due_ms = sweep(server, kind);

		if (due_ms > 0)
			arm(server, due_ms > soonest ? due_ms : soonest);
	}
	if (server->hastened && server->connections > 0)
		arm(server, soonest);
}

int
waiting_start(struct http_server *server, struct error *err)
{
	server->alarm = alarm_new(server->service->loop, on_alarm, server, err);
	return server->alarm != NULL ? 0 : -1;
}

void
waiting_stop(struct http_server *server)
{
	alarm_free(server->alarm);
	server->alarm = NULL;
}

void
waiting_shorten(struct http_server *server)
{
	arm(server, loop_now_ms(server->service->loop) + SWEEP_PAUSE_MS);
}
