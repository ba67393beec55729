#include "transports/websocket/incoming.h"

#include <string.h>

#include <tomodachi/websocket.h>

#include "transports/websocket/deflate.h"
#include "transports/websocket/message.h"

/* Room for a message whose first part does not tell how much comes. */
#define FIRST_ROOM ((size_t)4096)

bool
close_code_is_valid(unsigned code)
{
	if (code >= 3000 && code <= 4999)
		return true;
	return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 &&
	    code != 1006;
}

static enum incoming_verdict
bad(struct incoming_event *event, unsigned code, const char *text)
{
	event->code = (uint16_t)code;
	event->text = text;
	event->len = strlen(text);
	return INCOMING_BAD;
}

/* ---- control frames ---- */

static enum incoming_verdict
read_close(const struct incoming *incoming, struct incoming_event *event)
{
	const uint8_t *bytes = (const uint8_t *)incoming->control;

	event->code = 1005;
	event->text = incoming->control;
	event->len = 0;
	if (incoming->control_len == 0)
		return INCOMING_CLOSE;
	if (incoming->control_len == 1)
		return bad(event, 1002, "half a close code");
	event->code = (uint16_t)(bytes[0] << 8 | bytes[1]);
	event->text = incoming->control + 2;
	event->len = incoming->control_len - 2u;
	if (!close_code_is_valid(event->code))
		return bad(event, 1002, "invalid close code");
	if (!utf8_is_text(event->text, event->len))
		return bad(event, 1007, "close reason is not UTF-8");
	return INCOMING_CLOSE;
}

static enum incoming_verdict
read_control(struct incoming *incoming, const struct frame_piece *piece,
    struct incoming_event *event)
{
	if (piece->starts)
		incoming->control_len = 0;
	/* wslay has refused what would be longer. */
	if (piece->len > CONTROL_MAX - (size_t)incoming->control_len)
		return bad(event, 1002, "control frame too long");
	memcpy(
	    incoming->control + incoming->control_len, piece->data, piece->len);
	incoming->control_len = (uint8_t)(incoming->control_len + piece->len);
	if (!piece->ends)
		return INCOMING_MORE;
	event->text = incoming->control;
	event->len = incoming->control_len;
	if (piece->opcode == FRAME_CLOSE)
		return read_close(incoming, event);
	return piece->opcode == FRAME_PING ? INCOMING_PING : INCOMING_PONG;
}

/* ---- messages ---- */

static const char *
fault_of(const struct incoming *incoming, const struct frame_piece *piece)
{
	const bool is_control = piece->opcode >= FRAME_CLOSE;
	const bool continues = piece->opcode == FRAME_CONTINUATION;
	const bool has_begun = incoming->message != NULL;

	if (!piece->masked)
		return "frame is not masked";
	if (piece->opcode > (is_control ? FRAME_PONG : FRAME_BINARY))
		return "unknown opcode";
	if (piece->rsv != 0 &&
	    (piece->rsv != FRAME_RSV1 || !incoming->deflate.is_on ||
		is_control || continues))
		return "reserved bit set";
	if (is_control)
		return NULL;
	if (continues && !has_begun)
		return "nothing to continue";
	return !continues && has_begun ? "message within a message" : NULL;
}

/* The first frame of a message. */
static int
begin(struct incoming *incoming, const struct frame_piece *piece)
{
	const bool is_known = piece->fin && piece->size <= piece->len;
	const size_t room = is_known ? piece->len : FIRST_ROOM;

	incoming->is_compressed = piece->rsv != 0;
	incoming->utf8 = (struct utf8) { 0 };
	incoming->message = message_new(incoming->pool,
	    piece->opcode == FRAME_TEXT ? TOMO_WS_TEXT : TOMO_WS_BINARY, room);
	if (incoming->message == NULL)
		return -1;
	if (incoming->is_compressed && incoming->inflater == NULL) {
		incoming->inflater = inflater_new(&incoming->deflate);
		if (incoming->inflater == NULL)
			return -1;
	}
	return 0;
}

static enum incoming_verdict
too_big(struct incoming_event *event)
{
	return bad(event, 1009, "message too big");
}

static enum incoming_verdict
no_memory(struct incoming_event *event)
{
	return bad(event, 1011, "no memory");
}

static enum incoming_verdict
add_plain(struct incoming *incoming, const struct frame_piece *piece,
    struct incoming_event *event)
{
	/* Of a frame that is too long not all has to come. */
	if (piece->starts &&
	    piece->size > incoming->max - incoming->message->size)
		return too_big(event);
	if (message_reserve(&incoming->message, piece->len, incoming->max) < 0)
		return no_memory(event);
	memcpy(incoming->message->data + incoming->message->size, piece->data,
	    piece->len);
	incoming->message->size += piece->len;
	return INCOMING_MORE;
}

static enum incoming_verdict
add_compressed(struct incoming *incoming, const struct frame_piece *piece,
    struct incoming_event *event)
{
	switch (inflater_run(incoming->inflater, piece->data, piece->len,
	    piece->fin && piece->ends, &incoming->message, incoming->max)) {
	case INFLATE_DONE:
		return INCOMING_MORE;
	case INFLATE_BAD:
		return bad(event, 1007, "compressed data is damaged");
	case INFLATE_TOO_BIG:
		return too_big(event);
	case INFLATE_NO_MEMORY:
		break;
	}
	return no_memory(event);
}

/* All that was added is text, as far as that can be said. */
static bool
check_text(struct incoming *incoming, size_t from, bool ends)
{
	const struct ws_message *message = incoming->message;

	if (message->kind != TOMO_WS_TEXT)
		return true;
	return utf8_feed(&incoming->utf8, message->data + from,
		   message->size - from) &&
	    (!ends || utf8_is_whole(&incoming->utf8));
}

static enum incoming_verdict
read_data(struct incoming *incoming, const struct frame_piece *piece,
    struct incoming_event *event)
{
	const bool ends = piece->fin && piece->ends;
	enum incoming_verdict verdict;
	size_t before;

	if (incoming->message == NULL && begin(incoming, piece) < 0)
		return no_memory(event);
	before = incoming->message->size;
	verdict = incoming->is_compressed
	    ? add_compressed(incoming, piece, event)
	    : add_plain(incoming, piece, event);
	if (verdict != INCOMING_MORE)
		return verdict;
	if (!check_text(incoming, before, ends))
		return bad(event, 1007, "text is not UTF-8");
	if (!ends)
		return INCOMING_MORE;
	message_finish(&incoming->message);
	event->message = incoming->message;
	incoming->message = NULL;
	return INCOMING_MESSAGE;
}

enum incoming_verdict
incoming_next(struct incoming *incoming, struct frame_pool *pool,
    struct incoming_event *event)
{
	enum incoming_verdict verdict = INCOMING_MORE;
	struct frame_piece piece;
	const char *fault;

	while (verdict == INCOMING_MORE) {
		const int got = frames_next(&incoming->frames, pool, &piece);

		if (got == 0)
			return INCOMING_MORE;
		if (got < 0)
			return bad(event, 1002, "malformed frame");
		fault = piece.starts ? fault_of(incoming, &piece) : NULL;
		if (fault != NULL)
			return bad(event, 1002, fault);
		verdict = piece.opcode >= FRAME_CLOSE
		    ? read_control(incoming, &piece, event)
		    : read_data(incoming, &piece, event);
	}
	return verdict;
}

void
incoming_clear(struct incoming *incoming)
{
	frames_clear(&incoming->frames);
	inflater_free(incoming->inflater);
	message_free(incoming->message);
	incoming->inflater = NULL;
	incoming->message = NULL;
}
