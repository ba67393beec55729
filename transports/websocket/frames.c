#include "transports/websocket/frames.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* Its header uses ssize_t and has nothing that defines it. */
#include <wslay/wslay.h>

#include "runtime/base/buffer.h"

/* ---- wslay's side ---- */

static ssize_t
on_recv(uint8_t *to, size_t room, int flags, void *arg)
{
	struct frame_pool *pool = arg;
	const size_t len = pool->len < room ? pool->len : room;

	(void)flags;
	if (len == 0)
		return -1;
	memcpy(to, pool->data, len);
	pool->data += len;
	pool->len -= len;
	return (ssize_t)len;
}

static struct wslay_frame_context *
take(struct frame_pool *pool)
{
	static const struct wslay_frame_callbacks callbacks = {
		.recv_callback = on_recv
	};
	struct wslay_frame_context *context = pool->spare;

	pool->spare = NULL;
	/* As xcalloc(): of a fixed size. */
	if (context == NULL &&
	    wslay_frame_context_init(&context, &callbacks, pool) != 0)
		abort();
	return context;
}

static void
give_back(struct frame_pool *pool, struct wslay_frame_context *context)
{
	if (pool->spare == NULL)
		pool->spare = context;
	else
		wslay_frame_context_free(context);
}

void
frame_pool_clear(struct frame_pool *pool)
{
	if (pool->spare != NULL)
		wslay_frame_context_free(pool->spare);
	pool->spare = NULL;
}

/* ---- a frame that has come whole, as most do ---- */

/* Eight bytes at a time; wslay takes them one by one. */
static void
unmask(char *to, const char *from, size_t len, const char *key)
{
	uint64_t mask, word;
	size_t i = 0;

	memcpy(&mask, key, 4);
	memcpy((char *)&mask + 4, key, 4);
	for (; i + sizeof(word) <= len; i += sizeof(word)) {
		memcpy(&word, from + i, sizeof(word));
		word ^= mask;
		memcpy(to + i, &word, sizeof(word));
	}
	for (; i < len; i++)
		to[i] = (char)(from[i] ^ key[i % 4]);
}

/*
 * How long its payload is; SIZE_MAX if its length takes eight bytes, or if it
 * has a fault that wslay is to find.  The first six bytes are there.
 */
static size_t
payload_size(const uint8_t *head)
{
	const bool is_control = (head[0] & FRAME_CLOSE) != 0;
	const bool ends = (head[0] & 0x80) != 0;
	const size_t len = head[1] & 127;
	const size_t wide = (size_t)(head[2] << 8 | head[3]);

	if ((head[1] & 0x80) == 0 || len == 127)
		return SIZE_MAX;
	if (len < 126)
		return is_control && !ends ? SIZE_MAX : len;
	return is_control || wide < 126 ? SIZE_MAX : wide;
}

/* Reads it without a context; false, and nothing is taken, if it is no such. */
static bool
read_whole(struct frame_pool *pool, struct frame_piece *piece)
{
	const uint8_t *head = (const uint8_t *)pool->data;
	size_t len, start;

	if (pool->len < 6)
		return false;
	len = payload_size(head);
	start = len < 126 ? 6 : 8;
	if (len > sizeof(pool->payload) || pool->len < start + len)
		return false;
	unmask(pool->payload, pool->data + start, len, pool->data + start - 4);
	pool->data += start + len;
	pool->len -= start + len;
	*piece = (struct frame_piece) {
		.starts = true,
		.ends = true,
		.fin = (head[0] & 0x80) != 0,
		.masked = true,
		.rsv = head[0] >> 4 & 7,
		.opcode = head[0] & 15,
		.size = len,
		.data = pool->payload,
		.len = len,
	};
	return true;
}

/* ---- reading ---- */

static size_t
header_size(const struct wslay_frame_iocb *iocb)
{
	const size_t length = iocb->payload_length < 126 ? 0
	    : iocb->payload_length < 65536               ? 2
							 : 8;

	return 2 + length + (iocb->mask ? 4 : 0);
}

int
frames_next(
    struct frames *frames, struct frame_pool *pool, struct frame_piece *piece)
{
	const size_t before = pool->len;
	const bool starts = frames->left == 0;
	struct wslay_frame_iocb iocb;
	ssize_t got;

	if (pool->len == 0 && frames->held == 0) {
		frames_rest(frames, pool);
		return 0;
	}
	if (frames->context == NULL && read_whole(pool, piece))
		return 1;
	if (frames->context == NULL)
		frames->context = take(pool);
	got = wslay_frame_recv(frames->context, &iocb);
	frames->held += before - pool->len;
	if (got < 0) {
		frames_rest(frames, pool);
		return got == WSLAY_ERR_WANT_READ ? 0 : -1;
	}
	if (starts) {
		frames->held -= header_size(&iocb);
		frames->left = iocb.payload_length;
	}
	frames->held -= iocb.data_length;
	frames->left -= iocb.data_length;
	*piece = (struct frame_piece) {
		.starts = starts,
		.ends = frames->left == 0,
		.fin = iocb.fin != 0,
		.masked = iocb.mask != 0,
		.rsv = iocb.rsv,
		.opcode = iocb.opcode,
		.size = iocb.payload_length,
		.data = (const char *)iocb.data,
		.len = iocb.data_length,
	};
	return 1;
}

void
frames_rest(struct frames *frames, struct frame_pool *pool)
{
	if (frames->context == NULL || frames->left > 0 || frames->held > 0)
		return;
	give_back(pool, frames->context);
	frames->context = NULL;
}

void
frames_clear(struct frames *frames)
{
	if (frames->context != NULL)
		wslay_frame_context_free(frames->context);
	*frames = (struct frames) { 0 };
}

/* ---- writing ---- */

/* Not by wslay, whose function would touch a second page of the stack. */
void
frame_write(struct buffer *out, unsigned opcode, unsigned rsv, const void *data,
    size_t len)
{
	const size_t more = len < 126 ? 0 : len < 65536 ? 2 : 8;
	uint8_t *to = (uint8_t *)buffer_reserve(out, 2 + more + len);

	to[0] = (uint8_t)(0x80 | rsv << 4 | opcode);
	to[1] = (uint8_t)(more == 0 ? len : more == 2 ? 126 : 127);
	for (size_t i = 0; i < more; i++)
		to[2 + i] = (uint8_t)(len >> 8 * (more - 1 - i));
	if (len > 0)
		memcpy(to + 2 + more, data, len);
	buffer_added(out, 2 + more + len);
}
