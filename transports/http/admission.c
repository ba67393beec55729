#include "transports/http/admission.h"

#include <stdbool.h>
#include <unistd.h>

#include "runtime/loop/loop.h"
#include "runtime/service/service.h"
#include "transports/http/connection.h"
#include "transports/http/server.h"

/* What a new connection has to send its first bytes, when others wait. */
#define SILENT_MS 1000

/* Those that only wait for their last answer to be read do not count. */
static bool
has_room(const struct http_server *server)
{
	return server->connections - server->lists[WAITING_CLOSE].count <
	    server->settings.max_connections;
}

/* Kept alive, or silent since it came, but not just now. */
static bool
is_idle(const struct http_connection *conn, int64_t now_ms)
{
	return conn->waiting == WAITING_IDLE ||
	    (conn->input == NULL && now_ms - conn->since_ms >= SILENT_MS);
}

/* The lists are not in that order: who stays keeps its place. */
static struct http_connection *
idle_for_longest(const struct http_server *server)
{
	static const enum http_waiting kinds[] = { WAITING_IDLE, WAITING_HEAD };
	const int64_t now_ms = loop_now_ms(server->service->loop);
	struct http_connection *longest = NULL;

	for (size_t i = 0; i < 2; i++)
		for (struct http_connection *at = server->lists[kinds[i]].first;
		     at != NULL; at = at->next)
			if (is_idle(at, now_ms) &&
			    (longest == NULL ||
				at->since_ms < longest->since_ms))
				longest = at;
	return longest;
}

static bool
make_room(struct http_server *server)
{
	struct http_connection *idle = idle_for_longest(server);

	if (idle == NULL)
		return false;
	/* It may have a request that came just now, and stay for it. */
	connection_expire(idle);
	return has_room(server);
}

static void
turn_away(struct http_connection *conn)
{
	/* An answer would have to wait for the handshake. */
	if (conn->tls != NULL) {
		connection_close(conn);
		return;
	}
	connection_refuse(conn, 503, NULL);
	connection_go_on(conn);
}

void
admission_take(struct http_server *server, int fd, const struct in6_addr *peer)
{
	const size_t max = server->settings.max_connections;

	/* Descriptors are bounded, too, whatever each of them waits for. */
	if (max > 0 && server->connections >= 2 * max)
		close(fd);
	else if (max == 0 || has_room(server) || make_room(server))
		connection_new(server, fd, peer);
	else
		turn_away(connection_new(server, fd, peer));
}
