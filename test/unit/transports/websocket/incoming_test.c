#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/buffer.h"
#include "transports/websocket/deflate.h"
#include "transports/websocket/incoming.h"
#include "transports/websocket/message.h"

/* Masked by zeros, so that rows are read easily. */
#define MASK "\0\0\0\0"
#define FRAME(head, text) head MASK text

struct row {
	const char *sent;
	size_t len;
	const char *heard; /* "T:text P:ping C1000:reason !1002" */
};

#define ROW(sent, heard) \
	{ \
		sent, sizeof(sent) - 1, heard \
	}

static const struct row rows[] = {
	ROW("", ""),
	ROW(FRAME("\x81\x80", ""), "T: "),
	ROW(FRAME("\x81\x82", "hi"), "T:hi "),
	ROW(FRAME("\x82\x82", "hi"), "B:hi "),
	ROW(FRAME("\x01\x81", "h") FRAME("\x80\x81", "i"), "T:hi "),
	ROW(FRAME("\x01\x81", "h") FRAME("\x89\x81", "p")
		FRAME("\x80\x81", "i"),
	    "P:p T:hi "),
	ROW(FRAME("\x8a\x80", "") FRAME("\x81\x81", "x"), "T:x "),
	ROW(FRAME("\x88\x80", ""), "C1005: "),
	ROW(FRAME("\x88\x82", "\x03\xe8"), "C1000: "),
	ROW(FRAME("\x88\x85",
		"\x03\xe8"
		"bye"),
	    "C1000:bye "),
	ROW(FRAME("\x88\x81", "\x03"), "!1002 "),
	ROW(FRAME("\x88\x82", "\x03\xed"), "!1002 "),
	ROW(FRAME("\x88\x83", "\x03\xe8\xff"), "!1007 "),
	ROW(FRAME("\x81\x82", "hi") FRAME("\x83\x80", ""), "T:hi !1002 "),
	ROW(FRAME("\xc1\x81", "x"), "!1002 "),
	ROW(FRAME("\x09\x80", ""), "!1002 "),
	ROW(FRAME("\x80\x80", ""), "!1002 "),
	ROW(FRAME("\x01\x80", "") FRAME("\x01\x80", ""), "!1002 "),
	ROW("\x81\x01x", "!1002 "),
	ROW(FRAME("\x81\xfe\0\x02", "hi"), "!1002 "),
	ROW(FRAME("\x81\x81", "\xff"), "!1007 "),
	ROW(FRAME("\x01\x82", "\xce\xba") FRAME("\x80\x81", "\xce"), "!1007 "),
	ROW(FRAME("\x81\x8b", "more than 10"), "!1009 "),
	ROW(FRAME("\x01\x86", "123456") FRAME("\x80\x86", "123456"), "!1009 "),
};

static void
add(char *heard, const char *what, const struct incoming_event *event)
{
	sprintf(heard + strlen(heard), what, event->code, (int)event->len,
	    event->text);
}

/* Writes down what is in data[0..len). */
static void
feed(struct incoming *incoming, struct frame_pool *pool, const char *data,
    size_t len, char *heard)
{
	struct incoming_event event;
	enum incoming_verdict verdict;

	pool->data = data;
	pool->len = len;
	do {
		event = (struct incoming_event) { .text = "" };
		verdict = incoming_next(incoming, pool, &event);
		switch (verdict) {
		case INCOMING_MORE:
			break;
		case INCOMING_MESSAGE:
			sprintf(heard + strlen(heard), "%c:%s ",
			    event.message->kind == 1 ? 'T' : 'B',
			    event.message->data);
			message_free(event.message);
			break;
		case INCOMING_PING:
			add(heard, "P%.0d:%.*s ", &event);
			break;
		case INCOMING_PONG:
			break;
		case INCOMING_CLOSE:
			add(heard, "C%d:%.*s ", &event);
			return;
		case INCOMING_BAD:
			event.len = 0;
			add(heard, "!%d%.*s ", &event);
			return;
		}
	} while (verdict != INCOMING_MORE);
}

/* From memory of exactly its size, so that an over-read is seen. */
static void
feed_copy(struct incoming *incoming, struct frame_pool *pool, const char *data,
    size_t len, char *heard)
{
	char *copy = malloc(len > 0 ? len : 1);

	memcpy(copy, data, len);
	feed(incoming, pool, copy, len, heard);
	free(copy);
}

static void
understands_each_row_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct incoming incoming = { .max = 10 };
		struct frame_pool pool = { 0 };
		char heard[256] = "";

		feed_copy(&incoming, &pool, rows[i].sent, rows[i].len, heard);
		assert_string_equal(heard, rows[i].heard);
		incoming_clear(&incoming);
		frame_pool_clear(&pool);
	}
}

static void
understands_each_row_byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct incoming incoming = { .max = 10 };
		struct frame_pool pool = { 0 };
		char heard[256] = "";

		for (size_t at = 0; at < rows[i].len; at++) {
			feed_copy(
			    &incoming, &pool, rows[i].sent + at, 1, heard);
			if (strpbrk(heard, "C!") != NULL)
				break;
		}
		assert_string_equal(heard, rows[i].heard);
		incoming_clear(&incoming);
		frame_pool_clear(&pool);
	}
}

static void
owns_no_buffer_between_frames(void **state)
{
	static const char text[] = FRAME("\x81\x82", "hi");
	struct incoming incoming = { .max = 10 };
	struct frame_pool pool = { 0 };
	char heard[256] = "";

	(void)state;
	feed(&incoming, &pool, text, 1, heard);
	assert_non_null(incoming.frames.context);
	feed(&incoming, &pool, text + 1, sizeof(text) - 2, heard);
	assert_string_equal(heard, "T:hi ");
	assert_null(incoming.frames.context);
	assert_null(incoming.message);
	assert_non_null(pool.spare);
	incoming_clear(&incoming);
	frame_pool_clear(&pool);
}

static void
writes_frames_of_every_length(void **state)
{
	static const struct {
		size_t len, header;
	} lengths[] = { { 0, 2 }, { 125, 2 }, { 126, 4 }, { 65535, 4 },
		{ 65536, 10 } };
	static char data[65536];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct buffer out = { 0 };
		const uint8_t *head;
		size_t len = 0;

		frame_write(&out, FRAME_BINARY, 0, data, lengths[i].len);
		head = (const uint8_t *)buffer_data(&out);
		assert_int_equal(
		    buffer_len(&out), lengths[i].header + lengths[i].len);
		assert_int_equal(head[0], 0x82);
		for (size_t at = 2; at < lengths[i].header; at++)
			len = len << 8 | head[at];
		assert_int_equal(
		    lengths[i].header == 2 ? head[1] : len, lengths[i].len);
		buffer_clear(&out);
	}
}

/* A masked message of len bytes, each that of its place; as it was sent. */
static size_t
write_masked(uint8_t *to, size_t len)
{
	static const uint8_t key[] = { 0x37, 0xfa, 0x21, 0x3d };
	const size_t more = len < 126 ? 0 : len < 65536 ? 2 : 8;
	uint8_t *at = to;

	*at++ = 0x82;
	*at++ = (uint8_t)(0x80 | (more == 0 ? len : more == 2 ? 126 : 127));
	for (size_t i = more; i-- > 0;)
		*at++ = (uint8_t)(len >> 8 * i);
	memcpy(at, key, sizeof(key));
	at += sizeof(key);
	for (size_t i = 0; i < len; i++)
		*at++ = (uint8_t)i ^ key[i % 4];
	return (size_t)(at - to);
}

/* It comes in two parts, the first of them of that size. */
static void
check_masked(size_t len, size_t first)
{
	struct incoming incoming = { .max = len };
	struct frame_pool pool = { 0 };
	struct incoming_event event = { .message = NULL };
	uint8_t *sent = malloc(len + 14);
	const size_t size = write_masked(sent, len);
	const size_t cuts[] = { 0, first < size ? first : size, size };

	for (size_t i = 0; i < 2; i++) {
		char *copy = malloc(cuts[i + 1] - cuts[i]);

		pool.len = cuts[i + 1] - cuts[i];
		pool.data = memcpy(copy, sent + cuts[i], pool.len);
		assert_int_equal(incoming_next(&incoming, &pool, &event),
		    cuts[i] < size && cuts[i + 1] == size ? INCOMING_MESSAGE
							  : INCOMING_MORE);
		free(copy);
	}
	assert_int_equal(event.message->size, len);
	for (size_t i = 0; i < len; i++)
		assert_int_equal((uint8_t)event.message->data[i], i & 255);
	message_free(event.message);
	incoming_clear(&incoming);
	frame_pool_clear(&pool);
	free(sent);
}

static void
unmasks_messages_of_every_length(void **state)
{
	static const size_t lengths[] = { 0, 1, 7, 8, 9, 125, 126, 4095, 4096,
		4097, 65535, 65536 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		check_masked(lengths[i], SIZE_MAX);
		check_masked(lengths[i], 5);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_each_row_whole),
		cmocka_unit_test(understands_each_row_byte_by_byte),
		cmocka_unit_test(owns_no_buffer_between_frames),
		cmocka_unit_test(writes_frames_of_every_length),
		cmocka_unit_test(unmasks_messages_of_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
