/* The compression of messages (RFC 7692 7.2), by zlib. */
#ifndef TRANSPORTS_WEBSOCKET_DEFLATE_H
#define TRANSPORTS_WEBSOCKET_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "transports/websocket/extension.h"

struct buffer;
struct ws_message;

/* What a side remembers from one message to the next. */
struct inflater;
struct deflater;

/* NULL when there is no memory. */
struct inflater *inflater_new(const struct ws_deflate *agreed);
void inflater_free(struct inflater *inflater);

enum inflate_verdict {
	INFLATE_DONE, /* data is used up */
	INFLATE_BAD,
	INFLATE_TOO_BIG, /* larger than max, or compressed by far larger */
	INFLATE_NO_MEMORY
};

/*
 * Appends what data[0..len), a part of a message, stands for.  ends: it is the
 * last part.
 */
enum inflate_verdict inflater_run(struct inflater *inflater, const char *data,
    size_t len, bool ends, struct ws_message **message, size_t max);

struct deflater *deflater_new(const struct ws_deflate *agreed);
void deflater_free(struct deflater *deflater);

/* Appends the compressed message. */
void deflater_run(struct deflater *deflater, const void *data, size_t len,
    struct buffer *out);

#endif
