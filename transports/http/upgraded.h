/* What the HTTP side does with connections that upgrade.h has given away. */
#ifndef TRANSPORTS_HTTP_UPGRADED_H
#define TRANSPORTS_HTTP_UPGRADED_H

#include <stdbool.h>
#include <stddef.h>

struct http_connection;
struct http_request;
struct http_server;

/* Whether the answer to the request was the 101. */
bool upgraded_was(const struct http_request *request);

/* Hands on what came; returns how much was used. */
size_t upgraded_feed(
    struct http_connection *conn, const char *data, size_t len);

/*
 * Reads what has come, and hands it on; what follows from that is seen to at the
 * end of the pass.  Returns -1 when the peer is gone.
 */
int upgraded_receive(struct http_connection *conn);

/*
 * Sends what the socket takes.  Returns the events to watch for, or -1 when the
 * peer is gone.
 */
short upgraded_send(struct http_connection *conn);

/* The peer sends no more; the connection is gone. */
void upgraded_on_end(struct http_request *request);

/* The work at the end of a pass, while the server lives. */
void upgraded_start(struct http_server *server);
void upgraded_stop(struct http_server *server);

#endif
