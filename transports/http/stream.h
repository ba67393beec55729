/*
 * An answer that goes out while its handler still writes it: chunked, or until
 * the connection closes (HTTP/1.0).
 */
#ifndef TRANSPORTS_HTTP_STREAM_H
#define TRANSPORTS_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct encoder;
struct http_request;
struct task;

/* In the arena of its call. */
struct http_stream {
	struct task *writer;     /* waits for room, or NULL */
	uint64_t written;        /* bytes of content */
	size_t turn;             /* work since others had theirs, in bytes */
	struct encoder *encoder; /* of what is written, or NULL */
	bool begun; /* the head is out: nothing else can be answered */
	bool chunked, keep_alive, failed;
};

/* Whether the head of a streamed answer is out. */
bool stream_has_begun(const struct http_request *request);

/*
 * Writes data, and the head before the first; on the call's coroutine.
 * Suspends while more than http.send_buffer waits to be sent.  Returns 0,
 * TOMO_ECLOSED when the client reads no more, TOMO_ETIMEOUT or TOMO_ECANCELLED.
 */
int stream_write(struct http_request *request, const char *data, size_t len);

/* The handler has failed after the head was out: the client is to know. */
void stream_fail(struct http_request *request);

/* Whether code, of a handler, only says that the client reads no more. */
bool stream_was_left(const struct http_request *request, int code);

/* The handler has ended: the answer is whole, or the connection ends. */
void stream_end(struct http_request *request);

/* Something was sent; or the connection is gone. */
void stream_on_sent(struct http_request *request);
void stream_on_close(struct http_request *request);

/* Frees what the arena does not hold. */
void stream_clear(struct http_request *request);

#endif
