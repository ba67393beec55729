/*
 * From the bytes of a peer to what it says: frames are checked and put together,
 * decompressed, and text is checked as it comes.  Knows no sockets.
 */
#ifndef TRANSPORTS_WEBSOCKET_INCOMING_H
#define TRANSPORTS_WEBSOCKET_INCOMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transports/websocket/extension.h"
#include "transports/websocket/frames.h"
#include "transports/websocket/utf8.h"

struct inflater;
struct message_pool;
struct ws_message;

/* The most that a control frame carries. */
#define CONTROL_MAX 125

struct incoming {
	struct frames frames;
	struct ws_deflate deflate;
	struct inflater *inflater;  /* from the first compressed message on */
	struct message_pool *pool;  /* of messages, or NULL */
	struct ws_message *message; /* that has begun, or NULL */
	size_t max;                 /* of a message */
	struct utf8 utf8;
	bool is_compressed; /* the message */
	uint8_t control_len;
	char control[CONTROL_MAX]; /* of the control frame that is being read */
};

enum incoming_verdict {
	INCOMING_MORE,    /* nothing whole is left in pool->data */
	INCOMING_MESSAGE, /* *message is the caller's */
	INCOMING_PING,    /* to be answered with text[0..len) */
	INCOMING_PONG,
	INCOMING_CLOSE, /* code, 1005 for none, and a reason, text[0..len) */
	INCOMING_BAD    /* close with code; text says why */
};

struct incoming_event {
	struct ws_message *message;
	const char *text; /* until the next call */
	size_t len;
	uint16_t code;
};

/* Whether anything is left: of pool->data, or taken of it and not yet told. */
static inline bool
incoming_has_more(
    const struct incoming *incoming, const struct frame_pool *pool)
{
	return pool->len > 0 || incoming->frames.context != NULL;
}

/* What pool->data holds next; after a close or a failure there is nothing. */
enum incoming_verdict incoming_next(struct incoming *incoming,
    struct frame_pool *pool, struct incoming_event *event);

void incoming_clear(struct incoming *incoming);

/* Whether a peer may close with that code (RFC 6455 7.4, and the registry). */
bool close_code_is_valid(unsigned code);

#endif
