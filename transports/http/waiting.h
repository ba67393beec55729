/*
 * What each connection waits for, and the end of those that wait too long: a
 * list a kind, swept when the earliest may be due.
 */
#ifndef TRANSPORTS_HTTP_WAITING_H
#define TRANSPORTS_HTTP_WAITING_H

#include <stddef.h>

#include "runtime/base/error.h"

struct http_connection;
struct http_server;

enum http_waiting {
	WAITING_HEAD, /* the first bytes, or the rest of a head */
	WAITING_IDLE, /* another request */
	WAITING_BODY,
	WAITING_STREAM, /* more of a body, for the handler that runs */
	WAITING_CALL,   /* a handler runs: no limit */
	WAITING_WRITE,  /* the peer reads slowly */
	WAITING_CLOSE,  /* lingering: the peer is to read its answer */
	WAITING_KINDS
};

struct waiting_list {
	struct http_connection *first, *last;
	size_t count;
};

/* The connection waits for that from now on; or for nothing any more. */
void waiting_for(struct http_server *server, struct http_connection *conn,
    enum http_waiting waiting);
void waiting_leave(struct http_server *server, struct http_connection *conn);

int waiting_start(struct http_server *server, struct error *err);
void waiting_stop(struct http_server *server);

/* A stop has begun or is hastened: what may be waited for has become less. */
void waiting_shorten(struct http_server *server);

#endif
