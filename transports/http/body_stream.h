/*
 * A body that its handler reads while it comes (.stream_body).  What the handler
 * has not read yet is bounded; past that the socket is not read.
 */
#ifndef TRANSPORTS_HTTP_BODY_STREAM_H
#define TRANSPORTS_HTTP_BODY_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct http_request;

/* What the accessors of a whole body say of one that is streamed. */
#define BODY_IS_STREAMED \
	"body: the row has .stream_body = 1: use tomo_http_read()"

/* A body that nobody wants is read this far to keep the connection. */
#define DISCARD_MAX ((uint64_t)256 * 1024)

/*
 * Makes one if the row of the request asks for it and nothing speaks against
 * running its handler.  Returns whether there is one.
 */
bool body_stream_start(struct http_request *request);
void body_stream_clear(struct http_request *request);

/* What follows may be asked of every request. */

/* Its end has not come yet; of these: all it may hold is there. */
bool body_stream_is_open(const struct http_request *request);
bool body_stream_is_full(const struct http_request *request);

/* The peer is not to send now: it is full, or was not told to send yet. */
bool body_stream_pauses(const struct http_request *request);

/* Bytes have come. */
void body_stream_add(
    struct http_request *request, const char *data, size_t len);

/* No more will come: 0 after the last byte, or a TOMO_E* code. */
void body_stream_end(struct http_request *request, int code);

/*
 * On the call's coroutine, once the handler has answered: reads on so that the
 * connection can be kept, if little is left.  Unless that has come already, the
 * answer is sent first: the client may wait for it.  Suspends.
 */
void body_stream_finish(struct http_request *request);

/* Where the next request begins is not known: the connection must close. */
bool body_stream_is_unread(const struct http_request *request);

/* What a body that broke off makes of a handler that fails; 500 otherwise. */
int body_stream_status(const struct http_request *request);

#endif
