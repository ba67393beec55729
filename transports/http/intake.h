/*
 * What a connection does with the bytes that come: finds heads, starts requests,
 * reads bodies, keeps what it cannot use yet.
 */
#ifndef TRANSPORTS_HTTP_INTAKE_H
#define TRANSPORTS_HTTP_INTAKE_H

#include <stddef.h>

struct http_connection;

/* The most requests that one connection starts before others get their turn. */
#define INTAKE_TURN 64

/*
 * Takes the next bytes; with len 0 it looks again at those that were kept.
 * Answers are rendered, not sent.
 */
void intake_feed(struct http_connection *conn, const char *data, size_t len);

/* Keeps what can be used only later, where nothing was kept yet. */
void intake_keep(struct http_connection *conn, const char *data, size_t len);

/* Bytes that are kept; and lets go of them. */
size_t intake_ahead(const struct http_connection *conn);
void intake_drop(struct http_connection *conn);

/*
 * Answers the request under way before its body was read: what follows on the
 * connection means nothing any more.
 */
void intake_answer_at_once(struct http_connection *conn, int status);

#endif
