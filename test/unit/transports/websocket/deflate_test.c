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
#include "transports/websocket/message.h"

static const struct ws_deflate usual = {
	.is_on = true, .server_bits = 12, .client_bits = 12
};

static enum inflate_verdict
inflate_into(struct inflater *inflater, const void *data, size_t len,
    struct ws_message **message, size_t max)
{
	*message = message_new(NULL, 1, 16);
	return inflater_run(inflater, data, len, true, message, max);
}

static void
reads_the_examples_of_rfc_7692(void **state)
{
	/* 7.2.3.1 to 7.2.3.5: fixed, taken over, stored, last, and two blocks. */
	static const struct {
		const char *data;
		size_t len;
	} rows[] = {
		{ "\xf2\x48\xcd\xc9\xc9\x07\x00", 7 },
		{ "\xf2\x00\x11\x00\x00", 5 },
		{ "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11 },
		{ "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8 },
		{ "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13 },
		/* A window outlives a last block. */
		{ "\xf2\x00\x11\x00\x00", 5 },
	};
	struct inflater *inflater = inflater_new(&usual);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ws_message *message;

		assert_int_equal(inflate_into(inflater, rows[i].data,
				     rows[i].len, &message, 5),
		    INFLATE_DONE);
		assert_int_equal(message->size, 5);
		assert_memory_equal(message->data, "Hello", 5);
		message_free(message);
	}
	inflater_free(inflater);
}

static void
reads_what_it_has_written(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 64, 511, 512, 513, 4096, 65536,
		1000000 };
	char *text = malloc(1000000);

	(void)state;
	for (size_t i = 0; i < 1000000; i++)
		text[i] = (char)("abcdefgh"[i % 8] + (int)((i * i >> 7) % 5));
	for (unsigned resets = 0; resets < 2; resets++) {
		struct ws_deflate agreed = usual;
		struct deflater *deflater;
		struct inflater *inflater;

		agreed.server_resets = agreed.client_resets = resets != 0;
		deflater = deflater_new(&agreed);
		inflater = inflater_new(&agreed);
		for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]);
		     i++) {
			const size_t len = sizes[i / 2];
			struct buffer out = { 0 };
			struct ws_message *message;

			deflater_run(deflater, text, len, &out);
			assert_true(buffer_len(&out) > 0);
			assert_int_equal(
			    inflate_into(inflater, buffer_data(&out),
				buffer_len(&out), &message, len),
			    INFLATE_DONE);
			assert_int_equal(message->size, len);
			assert_memory_equal(message->data, text, len);
			message_free(message);
			buffer_clear(&out);
		}
		deflater_free(deflater);
		inflater_free(inflater);
	}
	free(text);
}

static void
stops_at_its_bound(void **state)
{
	struct deflater *deflater = deflater_new(&usual);
	struct inflater *inflater = inflater_new(&usual);
	char *zeros = calloc(1, 10000000);
	struct buffer bomb = { 0 };
	struct ws_message *message;

	(void)state;
	deflater_run(deflater, zeros, 10000000, &bomb);
	assert_true(buffer_len(&bomb) < 20000);
	assert_int_equal(inflate_into(inflater, buffer_data(&bomb),
			     buffer_len(&bomb), &message, 65536),
	    INFLATE_TOO_BIG);
	assert_true(message->room <= 65536 + 1024);
	message_free(message);
	buffer_clear(&bomb);
	free(zeros);
	deflater_free(deflater);
	inflater_free(inflater);
}

static void
refuses_damaged_data(void **state)
{
	struct inflater *inflater = inflater_new(&usual);
	struct ws_message *message;

	(void)state;
	assert_int_equal(
	    inflate_into(inflater, "\xff\xff\xff", 3, &message, 100),
	    INFLATE_BAD);
	message_free(message);
	inflater_free(inflater);
}

static void
refuses_a_message_that_breaks_off(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} rows[] = {
		/* Stored: 12 bytes, 4 bytes and the length itself missing. */
		{ "\x00\x10\x00\xef\xff"
		  "abcd",
		    9 },
		{ "\x00\x08\x00\xf7\xff"
		  "abcd",
		    9 },
		{ "\x00\x05\x00", 3 },
		/* Within "Hello", fixed. */
		{ "\xf2\x48\xcd\xc9", 4 },
		/* A last block, and no other begun. */
		{ "\xf3\x48\xcd\xc9\xc9\x07\x00", 7 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct inflater *inflater = inflater_new(&usual);
		struct ws_message *message;

		assert_int_equal(inflate_into(inflater, rows[i].data,
				     rows[i].len, &message, 100),
		    INFLATE_BAD);
		message_free(message);
		inflater_free(inflater);
	}
}

/* Of blocks of that kind, as many as len bytes hold. */
static enum inflate_verdict
inflate_many(const char *block, size_t size, size_t len)
{
	struct inflater *inflater = inflater_new(&usual);
	char *data = malloc(len);
	struct ws_message *message;
	enum inflate_verdict verdict;

	for (size_t i = 0; i < len; i++)
		data[i] = block[i % size];
	data[len - 1] = 0;
	verdict = inflate_into(inflater, data, len, &message, 100000);
	message_free(message);
	free(data);
	inflater_free(inflater);
	return verdict;
}

static void
bounds_what_stands_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(inflate_many("\x03\x00", 2, 100001), INFLATE_DONE);
	assert_int_equal(inflate_many("\x03\x00", 2, 200001), INFLATE_TOO_BIG);
	assert_int_equal(
	    inflate_many("\x00\x00\x00\xff\xff", 5, 100001), INFLATE_DONE);
	assert_int_equal(
	    inflate_many("\x00\x00\x00\xff\xff", 5, 200001), INFLATE_TOO_BIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_examples_of_rfc_7692),
		cmocka_unit_test(reads_what_it_has_written),
		cmocka_unit_test(stops_at_its_bound),
		cmocka_unit_test(refuses_damaged_data),
		cmocka_unit_test(refuses_a_message_that_breaks_off),
		cmocka_unit_test(bounds_what_stands_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
