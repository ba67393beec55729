/*
 * What a peer sends on a websocket, with and without compression: cut anywhere
 * it means the same as at once, text that is handed out is UTF-8, no message is
 * larger than its bound, and nothing is kept between frames.
 *
 * Input: how it is cut, 1 byte; compressed or not, 1 byte; then the frames.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tomodachi/websocket.h>

#include "transports/websocket/incoming.h"
#include "transports/websocket/message.h"
#include "transports/websocket/utf8.h"

#define MESSAGE_BOUND 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
	struct incoming incoming;
	struct frame_pool pool;
	uint64_t sum; /* of all that was understood */
	bool over;
};

static void
note(struct reading *reading, unsigned what, const char *data, size_t len)
{
	reading->sum = reading->sum * 31 + what;
	reading->sum = reading->sum * 31 + len;
	for (size_t i = 0; i < len; i++)
		reading->sum = reading->sum * 31 + (uint8_t)data[i];
}

static void
take(struct reading *reading, struct ws_message *message)
{
	if (message->size > MESSAGE_BOUND ||
	    message->data[message->size] != '\0')
		abort();
	if (message->kind == TOMO_WS_TEXT &&
	    !utf8_is_text(message->data, message->size))
		abort();
	note(reading, message->kind, message->data, message->size);
	message_free(message);
}

static void
feed(struct reading *reading, const char *data, size_t len)
{
	enum incoming_verdict verdict = INCOMING_PONG;
	struct incoming_event event;

	reading->pool.data = data;
	reading->pool.len = len;
	while (!reading->over && verdict != INCOMING_MORE) {
		event = (struct incoming_event) { .text = "" };
		verdict = incoming_next(
		    &reading->incoming, &reading->pool, &event);
		if (verdict == INCOMING_MESSAGE)
			take(reading, event.message);
		else if (verdict == INCOMING_BAD)
			/* Of two faults, cuts decide which is found. */
			note(reading, verdict, "", 0);
		else if (verdict != INCOMING_MORE)
			note(reading, event.code, event.text, event.len);
		reading->over = verdict == INCOMING_CLOSE ||
		    verdict == INCOMING_BAD;
	}
}

/* From memory of exactly its size, so that an over-read is seen. */
static uint64_t
read_in_pieces(const uint8_t *data, size_t size, size_t piece, bool compressed)
{
	struct reading reading = { .incoming.max = MESSAGE_BOUND };

	if (compressed)
		reading.incoming.deflate = (struct ws_deflate) {
			.is_on = true, .server_bits = 12, .client_bits = 12
		};
	for (size_t at = 0; at < size; at += piece) {
		const size_t len = size - at < piece ? size - at : piece;
		char *copy = malloc(len);

		memcpy(copy, data + at, len);
		feed(&reading, copy, len);
		free(copy);
	}
	incoming_clear(&reading.incoming);
	frame_pool_clear(&reading.pool);
	return reading.sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece;
	bool compressed;

	if (size < 3)
		return 0;
	piece = data[0] % 8 + 1u;
	compressed = data[1] % 2 != 0;
	data += 2;
	size -= 2;
	if (read_in_pieces(data, size, piece, compressed) !=
	    read_in_pieces(data, size, size, compressed))
		abort();
	return 0;
}
