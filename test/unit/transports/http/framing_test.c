#include "transports/http/framing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/buffer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int
keep(void *arg, const char *data, size_t len)
{
	buffer_add(arg, data, len);
	return 0;
}

/* Feeds text in pieces of step bytes, each from memory of its exact size. */
static enum framing_verdict
feed(struct framing *framing, const char *text, size_t len, size_t step,
    struct buffer *body, size_t *used)
{
	const struct framing_sink sink = { keep, body };
	enum framing_verdict verdict = FRAMING_MORE;

	*used = 0;
	while (*used < len && verdict == FRAMING_MORE) {
		size_t part = len - *used < step ? len - *used : step;
		char *copy = malloc(part);
		size_t took;

		memcpy(copy, text + *used, part);
		verdict = framing_feed(framing, copy, part, &took, &sink);
		free(copy);
		*used += took;
	}
	return verdict;
}

/* Chunked, whole and by bytes: the verdict, the body, what is left. */
static void
check(const char *text, const char *body, enum framing_verdict verdict,
    size_t left)
{
	const size_t len = strlen(text);

	for (size_t step = 1; step <= len; step += len > 1 ? len - 1 : 1) {
		struct framing framing;
		struct buffer got = { 0 };
		size_t used;

		framing_by_chunks(&framing);
		if (feed(&framing, text, len, step, &got, &used) != verdict)
			fail_msg("\"%s\" by %zu", text, step);
		assert_int_equal(buffer_len(&got), strlen(body));
		if (buffer_len(&got) > 0)
			assert_memory_equal(
			    buffer_data(&got), body, strlen(body));
		if (verdict == FRAMING_DONE)
			assert_int_equal(len - used, left);
		buffer_clear(&got);
	}
}

static void
decodes_chunks_whole_and_byte_by_byte(void **state)
{
	static const struct {
		const char *bytes, *body;
		size_t left;
	} rows[] = {
		{ "0\r\n\r\n", "", 0 },
		{ "0000\r\n\r\n", "", 0 },
		{ "5\r\nhello\r\n0\r\n\r\nGET", "hello", 3 },
		{ "2\r\nhe\r\n03\r\nllo\r\n0\r\n\r\n", "hello", 0 },
		{ "a\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0 },
		{ "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0 },
		{ "0000000000000001\r\na\r\n0\r\n\r\n", "a", 0 },
		{ "1;a=b; c=\"d;e\"\r\nx\r\n0;z\r\n\r\n", "x", 0 },
		{ "1\r\nx\r\n0\r\nX-T: 1\r\nY:\tb \xc3\xa5\r\n\r\nG", "x", 1 },
		{ "2\r\n\r\n\r\n0\r\n\r\n", "\r\n", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(rows[i].bytes, rows[i].body, FRAMING_DONE, rows[i].left);
}

static void
refuses_chunks_that_others_could_read_otherwise(void **state)
{
	static const struct {
		const char *bytes, *body;
	} rows[] = {
		{ "\r\n", "" },
		{ ";a\r\n", "" },
		{ " 1\r\na\r\n", "" },
		{ "1 \r\na\r\n", "" },
		{ "1\t;a\r\nb\r\n", "" },
		{ "-1\r\na\r\n", "" },
		{ "+1\r\na\r\n", "" },
		{ "0x1\r\na\r\n", "" },
		{ "1h\r\na\r\n", "" },
		{ "1_0\r\na\r\n", "" },
		{ "10000000000000000\r\na", "" },
		{ "00000000000000001\r\na", "" },
		{ "fffffffffffffffff\r\na", "" },
		{ "1\na\r\n0\r\n\r\n", "" },
		{ "1\ra\r\n0\r\n\r\n", "" },
		{ "1\r\r\na\r\n0\r\n\r\n", "" },
		{ "1;a\nb\r\n", "" },
		{ "1;a\rb\r\n", "" },
		{ "1;a\1\r\n", "" },
		{ "1;a\x7f\r\n", "" },
		{ "3\r\nabcX\r\n", "abc" },
		{ "3\r\nabc\n0\r\n\r\n", "abc" },
		{ "3\r\nabc\r0\r\n\r\n", "abc" },
		{ "3\r\nabc0\r\n\r\n", "abc" },
		{ "3\r\nabcd\r\n0\r\n\r\n", "abc" },
		{ "0\n\r\n", "" },
		{ "0\r\n\n", "" },
		{ "0\r\n\r\r\n", "" },
		{ "0\r\nX: 1\n\r\n", "" },
		{ "0\r\nX: 1\r\n\n", "" },
		{ "0\r\nX: a\rb\r\n\r\n", "" },
		{ "0\r\nX: a\r\n b\r\n\r\n", "" },
		{ "0\r\nX: a\r\n\tb\r\n\r\n", "" },
		{ "0\r\n X: a\r\n\r\n", "" },
		{ "0\r\nX : a\r\n\r\n", "" },
		{ "0\r\n: a\r\n\r\n", "" },
		{ "0\r\nX\r\n\r\n", "" },
		{ "0\r\nX: \1\r\n\r\n", "" },
		{ "0\r\nGET / HTTP/1.1\r\n\r\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(rows[i].bytes, rows[i].body, FRAMING_BAD, 0);
}

static void
wants_more_until_the_last_byte(void **state)
{
	static const char text[] = "3;a=b\r\nabc\r\n10\r\n0123456789abcdef\r\n"
				   "0;z\r\nX-T: 1\r\n\r\n";
	const size_t whole = sizeof(text) - 1;

	(void)state;
	for (size_t len = 1; len <= whole; len++) {
		struct framing framing;
		struct buffer got = { 0 };
		size_t used;

		framing_by_chunks(&framing);
		assert_int_equal(feed(&framing, text, len, len, &got, &used),
		    len < whole ? FRAMING_MORE : FRAMING_DONE);
		buffer_clear(&got);
	}
}

static void
bounds_extensions_and_trailers_together(void **state)
{
	static const char *const starts[] = { "1;", "0\r\nX:" };

	(void)state;
	for (size_t i = 0; i < COUNT(starts); i++) {
		char text[17000];
		struct framing framing;
		struct buffer got = { 0 };
		size_t len = strlen(starts[i]), used;

		memset(text, 'x', sizeof(text));
		memcpy(text, starts[i], len);
		framing_by_chunks(&framing);
		assert_int_equal(
		    feed(&framing, text, 16000, 16000, &got, &used),
		    FRAMING_MORE);
		framing_by_chunks(&framing);
		assert_int_equal(feed(&framing, text, sizeof(text),
				     sizeof(text), &got, &used),
		    FRAMING_BAD);
		assert_true(used < 16400);
	}
}

static void
ends_a_body_after_its_length(void **state)
{
	(void)state;
	for (size_t step = 1; step <= 9; step++) {
		struct framing framing;
		struct buffer got = { 0 };
		size_t used;

		framing_by_length(&framing, 5);
		assert_int_equal(
		    feed(&framing, "helloGET ", 9, step, &got, &used),
		    FRAMING_DONE);
		assert_int_equal(used, 5);
		assert_memory_equal(buffer_data(&got), "hello", 5);
		buffer_clear(&got);
		framing_by_length(&framing, UINT64_MAX);
		assert_int_equal(
		    feed(&framing, "helloGET ", 9, step, &got, &used),
		    FRAMING_MORE);
		buffer_clear(&got);
	}
}

static int
stop(void *arg, const char *data, size_t len)
{
	(void)arg;
	(void)data;
	(void)len;
	return 1;
}

static void
stops_when_the_sink_does(void **state)
{
	const struct framing_sink sink = { stop, NULL };
	struct framing framing;
	size_t used;

	(void)state;
	framing_by_chunks(&framing);
	assert_int_equal(framing_feed(&framing, "3\r\nabc", 6, &used, &sink),
	    FRAMING_STOPPED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_chunks_whole_and_byte_by_byte),
		cmocka_unit_test(
		    refuses_chunks_that_others_could_read_otherwise),
		cmocka_unit_test(wants_more_until_the_last_byte),
		cmocka_unit_test(bounds_extensions_and_trailers_together),
		cmocka_unit_test(ends_a_body_after_its_length),
		cmocka_unit_test(stops_when_the_sink_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
