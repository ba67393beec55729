/*
 * Frames (RFC 6455 5), read by wslay.
 *
 * Each of wslay's contexts has a buffer of 4 KiB.  A connection has one only
 * while a frame has come in part; between frames it goes back to the pool.
 */
#ifndef TRANSPORTS_WEBSOCKET_FRAMES_H
#define TRANSPORTS_WEBSOCKET_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;
struct wslay_frame_context;

/* Shared by the connections of a service; zeroed it is empty. */
struct frame_pool {
	struct wslay_frame_context *spare; /* or NULL */
	const char *data;                  /* what is being read */
	size_t len;                        /* of it, not yet taken */
	char payload[4096];                /* of a frame that came whole */
};

void frame_pool_clear(struct frame_pool *pool);

enum frame_opcode {
	FRAME_CONTINUATION = 0,
	FRAME_TEXT = 1,
	FRAME_BINARY = 2,
	FRAME_CLOSE = 8,
	FRAME_PING = 9,
	FRAME_PONG = 10
};

/* The first of the reserved bits; the others have no meaning yet. */
#define FRAME_RSV1 4

/* The frames of one connection; zeroed: nothing has come. */
struct frames {
	struct wslay_frame_context *context; /* or NULL: between frames */
	size_t held;   /* bytes that it has taken and not yet told of */
	uint64_t left; /* of the payload of the frame that is being read */
};

/* A frame, or a part of one. */
struct frame_piece {
	bool starts, ends; /* the frame's first part; its last */
	bool fin, masked;
	uint8_t rsv, opcode;
	uint64_t size;    /* of the whole payload */
	const char *data; /* unmasked; until the next call */
	size_t len;
};

/*
 * Takes from pool->data what it needs for the next piece.  Returns 1; 0 when it
 * needs more; -1 when that is no frame.
 */
int frames_next(
    struct frames *frames, struct frame_pool *pool, struct frame_piece *piece);

/* Gives the context back if there is nothing in it. */
void frames_rest(struct frames *frames, struct frame_pool *pool);
void frames_clear(struct frames *frames);

/* Appends a whole frame, unmasked. */
void frame_write(struct buffer *out, unsigned opcode, unsigned rsv,
    const void *data, size_t len);

#endif
