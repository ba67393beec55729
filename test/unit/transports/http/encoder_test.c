#include "transports/http/encoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <brotli/decode.h>
#include <zlib.h>

#include <cmocka.h>

#include "runtime/base/alloc.h"
#include "runtime/base/buffer.h"
#include "transports/http/brotli_library.h"

#define PLAIN_SIZE (3 * ENCODER_SLICE + 5)

static const enum coding codings[] = { CODING_GZIP, CODING_BR };
static const struct brotli_library *library;
static char *plain;

static int
set_up(void **state)
{
	struct error err;

	(void)state;
	library = brotli_library_open(&err);
	assert_non_null(library);
	plain = xcalloc(1, PLAIN_SIZE);
	for (size_t i = 0; i < PLAIN_SIZE; i++)
		plain[i] = "lorem ipsum dolor"[(i * i / 7 + i) % 17];
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	free(plain);
	return 0;
}

/* What can be decoded of the bytes so far; *whole: they end there. */
static size_t
decode(enum coding coding, const struct buffer *in, char *out, bool *whole)
{
	size_t len = buffer_len(in), room = PLAIN_SIZE, put = 0;
	const uint8_t *data = (const uint8_t *)buffer_data(in);
	uint8_t *to = (uint8_t *)out;
	BrotliDecoderState *brotli;
	z_stream gzip = { 0 };

	if (coding == CODING_GZIP) {
		inflateInit2(&gzip, 16 + 15);
		gzip.next_in = (Bytef *)data;
		gzip.avail_in = (uInt)len;
		gzip.next_out = to;
		gzip.avail_out = (uInt)room;
		*whole = inflate(&gzip, Z_SYNC_FLUSH) == Z_STREAM_END &&
		    gzip.avail_in == 0;
		put = gzip.total_out;
		inflateEnd(&gzip);
		return put;
	}
	brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	*whole = BrotliDecoderDecompressStream(brotli, &len, &data, &room, &to,
		     &put) == BROTLI_DECODER_RESULT_SUCCESS &&
	    len == 0;
	BrotliDecoderDestroyInstance(brotli);
	return put;
}

static void
assert_decodes(enum coding coding, const struct buffer *in, size_t len)
{
	char *out = xcalloc(1, PLAIN_SIZE);
	bool whole;

	assert_int_equal(decode(coding, in, out, &whole), len);
	assert_true(whole);
	assert_memory_equal(out, plain, len);
	free(out);
}

/* Writes plain[0..len) in pieces, of which the last ends it. */
static void
write_pieces(
    struct encoder *encoder, size_t len, size_t piece, struct buffer *out)
{
	for (size_t at = 0; at < len; at += piece) {
		const size_t size = len - at < piece ? len - at : piece;

		assert_int_equal(
		    encoder_write(encoder, plain + at, size,
			at + size == len ? ENCODER_END : ENCODER_GO_ON, out),
		    0);
	}
}

static void
encodes_what_can_be_decoded(void **state)
{
	static const size_t sizes[][2] = { { 1, 1 }, { 100, 7 },
		{ ENCODER_SLICE, ENCODER_SLICE },
		{ PLAIN_SIZE, ENCODER_SLICE } };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t c = 0; c < 2; c++) {
			struct buffer out = { 0 };
			struct encoder *encoder = encoder_new(
			    library, codings[c], false);

			write_pieces(encoder, sizes[i][0], sizes[i][1], &out);
			assert_decodes(codings[c], &out, sizes[i][0]);
			assert_true(sizes[i][0] < 100 ||
			    buffer_len(&out) < sizes[i][0]);
			encoder_free(encoder);
			buffer_clear(&out);
		}
}

static void
encodes_nothing(void **state)
{
	(void)state;
	for (size_t c = 0; c < 2; c++) {
		struct buffer out = { 0 };
		struct encoder *encoder = encoder_new(
		    library, codings[c], false);

		assert_int_equal(
		    encoder_write(encoder, "", 0, ENCODER_END, &out), 0);
		assert_decodes(codings[c], &out, 0);
		encoder_free(encoder);
		buffer_clear(&out);
	}
}

static void
holds_nothing_back_after_a_flush(void **state)
{
	char *seen = xcalloc(1, PLAIN_SIZE);

	(void)state;
	for (size_t c = 0; c < 2; c++) {
		struct buffer out = { 0 };
		struct encoder *encoder = encoder_new(
		    library, codings[c], codings[c] == CODING_GZIP);
		bool whole;

		for (size_t at = 0; at < 1000; at += 10) {
			assert_int_equal(encoder_write(encoder, plain + at, 10,
					     ENCODER_FLUSH, &out),
			    0);
			assert_int_equal(
			    decode(codings[c], &out, seen, &whole), at + 10);
			assert_memory_equal(seen, plain, at + 10);
			assert_false(whole);
		}
		encoder_write(encoder, "", 0, ENCODER_END, &out);
		assert_decodes(codings[c], &out, 1000);
		encoder_free(encoder);
		buffer_clear(&out);
	}
	free(seen);
}

static void
is_as_new_after_a_reset(void **state)
{
	struct encoder *encoder = encoder_new(library, CODING_GZIP, false);
	struct encoder *other = encoder_new(library, CODING_BR, false);
	struct buffer out = { 0 };

	(void)state;
	/* Also one that was left in the middle. */
	encoder_write(encoder, plain, 1000, ENCODER_GO_ON, &out);
	buffer_clear(&out);
	assert_true(encoder_reset(encoder));
	write_pieces(encoder, 500, 100, &out);
	assert_decodes(CODING_GZIP, &out, 500);
	assert_false(encoder_reset(other));
	buffer_clear(&out);
	encoder_free(encoder);
	encoder_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_what_can_be_decoded),
		cmocka_unit_test(encodes_nothing),
		cmocka_unit_test(holds_nothing_back_after_a_flush),
		cmocka_unit_test(is_as_new_after_a_reset),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
