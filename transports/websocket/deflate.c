#include "transports/websocket/deflate.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/base/buffer.h"
#include "transports/websocket/message.h"

/* 32 KiB of memory for a window of 4 KiB; more gains little. */
#define LEVEL 4
#define MEMORY_LEVEL 5

/* The smallest window that zlib reads with. */
#define LEAST_BITS 9

/* Room that is made at a time for what comes out. */
#define PIECE ((size_t)1024)
#define OUTPUT_PIECE ((size_t)512)

/* A bit of z_stream.data_type: what was read ends with a block. */
#define BETWEEN_BLOCKS 128

/* What a flush ends with, which is left out at the end of a message. */
static const char tail[4] = { 0, 0, (char)0xff, (char)0xff };

struct inflater {
	z_stream stream;
	size_t taken; /* compressed bytes of the message so far */
	bool resets;
};

struct deflater {
	z_stream stream;
	bool resets;
};

/* ---- reading ---- */

struct inflater *
inflater_new(const struct ws_deflate *agreed)
{
	struct inflater *inflater = calloc(1, sizeof(*inflater));
	const int bits = agreed->client_bits > LEAST_BITS ? agreed->client_bits
							  : LEAST_BITS;

	if (inflater == NULL)
		return NULL;
	inflater->resets = agreed->client_resets;
	if (inflateInit2(&inflater->stream, -bits) == Z_OK)
		return inflater;
	free(inflater);
	return NULL;
}

void
inflater_free(struct inflater *inflater)
{
	if (inflater == NULL)
		return;
	inflateEnd(&inflater->stream);
	free(inflater);
}

/* Goes on until all input is used and all output is out. */
static enum inflate_verdict
run(z_stream *stream, struct ws_message **message, size_t max)
{
	do {
		int code;
		size_t room;

		if (message_reserve(message, PIECE, max + PIECE) < 0)
			return INFLATE_NO_MEMORY;
		room = (*message)->room - (*message)->size;
		stream->next_out = (Bytef *)(*message)->data + (*message)->size;
		stream->avail_out = (uInt)room;
		code = inflate(stream, Z_SYNC_FLUSH);
		(*message)->size += room - stream->avail_out;
		if ((*message)->size > max)
			return INFLATE_TOO_BIG;
		if (code == Z_MEM_ERROR)
			return INFLATE_NO_MEMORY;
		/* A last block leaves what later ones may refer to. */
		if (code == Z_STREAM_END)
			inflateResetKeep(stream);
		else if (code != Z_OK && code != Z_BUF_ERROR)
			return INFLATE_BAD;
	} while (stream->avail_in > 0 || stream->avail_out == 0);
	return INFLATE_DONE;
}

static enum inflate_verdict
feed(struct inflater *inflater, const char *data, size_t len,
    struct ws_message **message, size_t max)
{
	inflater->stream.next_in = (Bytef *)(uintptr_t)data;
	inflater->stream.avail_in = (uInt)len;
	return run(&inflater->stream, message, max);
}

/* Of blocks that stand for little or nothing there could be any number. */
static size_t
most_compressed(size_t max)
{
	return max + max / 4 + 1024;
}

/* The tail must be read as the empty block that it is. */
static enum inflate_verdict
finish(struct inflater *inflater, struct ws_message **message, size_t max)
{
	const size_t before = (*message)->size;
	const enum inflate_verdict verdict = feed(
	    inflater, tail, sizeof(tail), message, max);

	if (verdict == INFLATE_DONE &&
	    ((*message)->size > before ||
		!(inflater->stream.data_type & BETWEEN_BLOCKS)))
		return INFLATE_BAD;
	return verdict;
}

enum inflate_verdict
inflater_run(struct inflater *inflater, const char *data, size_t len, bool ends,
    struct ws_message **message, size_t max)
{
	enum inflate_verdict verdict = INFLATE_DONE;

	inflater->taken += len;
	if (inflater->taken > most_compressed(max))
		return INFLATE_TOO_BIG;
	if (len > 0)
		verdict = feed(inflater, data, len, message, max);
	if (verdict != INFLATE_DONE || !ends)
		return verdict;
	inflater->taken = 0;
	verdict = finish(inflater, message, max);
	if (inflater->resets)
		inflateReset(&inflater->stream);
	return verdict;
}

/* ---- writing ---- */

struct deflater *
deflater_new(const struct ws_deflate *agreed)
{
	struct deflater *deflater = calloc(1, sizeof(*deflater));

	if (deflater == NULL)
		return NULL;
	deflater->resets = agreed->server_resets;
	if (deflateInit2(&deflater->stream, LEVEL, Z_DEFLATED,
		-agreed->server_bits, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK)
		return deflater;
	free(deflater);
	return NULL;
}

void
deflater_free(struct deflater *deflater)
{
	if (deflater == NULL)
		return;
	deflateEnd(&deflater->stream);
	free(deflater);
}

void
deflater_run(
    struct deflater *deflater, const void *data, size_t len, struct buffer *out)
{
	z_stream *stream = &deflater->stream;
	size_t room = len / 2 + OUTPUT_PIECE;

	/* Two flushes with nothing in between give nothing (RFC 7692 7.2.3.6). */
	if (len == 0) {
		buffer_add(out, "", 1);
		return;
	}
	stream->next_in = (Bytef *)(uintptr_t)data;
	stream->avail_in = (uInt)len;
	do {
		stream->next_out = (Bytef *)buffer_reserve(out, room);
		stream->avail_out = (uInt)room;
		deflate(stream, Z_SYNC_FLUSH);
		buffer_added(out, room - stream->avail_out);
		room = OUTPUT_PIECE;
	} while (stream->avail_out == 0);
	out->end -= sizeof(tail);
	if (deflater->resets)
		deflateReset(stream);
}
