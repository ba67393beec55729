#include "runtime/base/log_text.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGH"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BAD "\xef\xbf\xbd"

/* Puts text from and into heap memory that is not one byte too long. */
static char *
put(const char *text, size_t len, bool quoted)
{
	char *in = malloc(len > 0 ? len : 1);
	char *out = malloc(LOG_ESCAPE_ROOM * len + 1);
	char *exact;
	size_t put_len;

	assert_true(in != NULL && out != NULL);
	memcpy(in, text, len);
	put_len = (size_t)(log_put_text(out, in, len, quoted) - out);
	assert_true(put_len <= LOG_ESCAPE_ROOM * len);
	out[put_len] = '\0';
	/* Once more, to memory that holds the result alone. */
	exact = malloc(put_len > 0 ? put_len : 1);
	assert_non_null(exact);
	assert_ptr_equal(log_put_text(exact, in, len, quoted), exact + put_len);
	assert_memory_equal(exact, out, put_len);
	free(exact);
	free(in);
	return out;
}

static const struct {
	const char *text, *quoted, *bare;
} texts[] = {
	{ "\"", "\\\"", "\"" },
	{ "\\", "\\\\", "\\" },
	{ "\n", "\\n", "\\n" },
	{ "\r", "\\r", "\\r" },
	{ "\t", "\\t", "\\t" },
	{ "\x01", "\\u0001", "\\u0001" },
	{ "\x1b", "\\u001b", "\\u001b" },
	{ "\x1f", "\\u001f", "\\u001f" },
	{ "\x7f", "\\u007f", "\\u007f" },
	{ "~", "~", "~" },
	{ "\xc2\x9b", "\\u009b", "\\u009b" },
	{ "\xc2\xa0", "\xc2\xa0", "\xc2\xa0" },
	{ "\xc3\xa9", "\xc3\xa9", "\xc3\xa9" },
	{ "\xe2\x82\xac", "\xe2\x82\xac", "\xe2\x82\xac" },
	{ "\xe2\x80\xa8", "\\u2028", "\\u2028" },
	{ "\xe2\x80\xae", "\\u202e", "\\u202e" },
	{ "\xe2\x81\xa6", "\\u2066", "\\u2066" },
	{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
	/* Not UTF-8. */
	{ "\x80", BAD, BAD },
	{ "\xff", BAD, BAD },
	{ "\xc3", BAD, BAD },
	{ "\xc0\x80", BAD BAD, BAD BAD },
	{ "\xc1\xbf", BAD BAD, BAD BAD },
	{ "\xe0\x9f\xbf", BAD BAD BAD, BAD BAD BAD },
	{ "\xe2\x82", BAD BAD, BAD BAD },
	{ "\xed\xa0\x80", BAD BAD BAD, BAD BAD BAD },
	{ "\xf0\x8f\xbf\xbf", BAD BAD BAD BAD, BAD BAD BAD BAD },
	{ "\xf4\x90\x80\x80", BAD BAD BAD BAD, BAD BAD BAD BAD },
	{ "\xf8\x88\x80\x80", BAD BAD BAD BAD, BAD BAD BAD BAD },
	{ "\xf0\x9f\x98", BAD BAD BAD, BAD BAD BAD },
};

/* Around it as many letters as make the vector path take every turn. */
static void
escapes_each_character_wherever_it_stands(void **state)
{
	char in[64], want[96];

	(void)state;
	for (size_t i = 0; i < COUNT(texts) * 2; i++) {
		const char *text = texts[i / 2].text;
		const bool quoted = i % 2 != 0;

		for (int before = 0; before < 35; before++)
			for (int after = 0; after < 18; after++) {
				int len = snprintf(in, sizeof(in), "%.*s%s%.*s",
				    before, LETTERS, text, after,
				    "JKLMNOPQRSTUVWXYZ");
				char *out = put(in, (size_t)len, quoted);

				snprintf(want, sizeof(want), "%.*s%s%.*s",
				    before, LETTERS,
				    quoted ? texts[i / 2].quoted
					   : texts[i / 2].bare,
				    after, "JKLMNOPQRSTUVWXYZ");
				assert_string_equal(out, want);
				free(out);
			}
	}
}

static void
escapes_a_nul(void **state)
{
	char *out = put("a\0b", 3, true);

	(void)state;
	assert_string_equal(out, "a\\u0000b");
	free(out);
}

static void
copies_plain_text_of_any_length(void **state)
{
	char text[101];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('!' + 2 + i % 57);
	for (size_t len = 0; len < sizeof(text); len++) {
		char *out = put(text, len, true);

		assert_int_equal(strlen(out), len);
		assert_memory_equal(out, text, len);
		free(out);
	}
}

static void
puts_integers_of_any_size(void **state)
{
	static const int64_t odd[] = { 0, 9, 10, 99, 100, 12345, -1, -10,
		INT64_MAX, INT64_MIN };
	char out[LOG_NUMBER_ROOM], want[LOG_NUMBER_ROOM];
	int64_t number = 1;

	(void)state;
	for (size_t i = 0; i < COUNT(odd) + 124; i++) {
		if (i >= COUNT(odd))
			number = i % 2 != 0
			    ? -number
			    : (int64_t)((uint64_t)number * 2 + i % 3);
		*log_put_int(out, i < COUNT(odd) ? odd[i] : number) = '\0';
		snprintf(want, sizeof(want), "%lld",
		    (long long)(i < COUNT(odd) ? odd[i] : number));
		assert_string_equal(out, want);
	}
}

static const struct {
	double number;
	const char *text;
} floats[] = {
	{ 0, "0.0" },
	{ -0.0, "-0.0" },
	{ 1, "1.0" },
	{ -1.5, "-1.5" },
	{ 0.1, "0.1" },
	{ 0.1 + 0.2, "0.30000000000000004" },
	{ 0.000041733, "0.000041733" },
	{ 0.25, "0.25" },
	{ 100, "100.0" },
	{ 8999999.999999999, "8999999.999999998" },
	{ 9e6, "9000000.0" },
	{ 123456789012345678.0, "1.2345678901234568e+17" },
	{ 1e15, "1e+15" },
	{ 1e14, "100000000000000.0" },
	{ 1e-10, "1e-10" },
	{ DBL_MAX, "1.7976931348623157e+308" },
	{ NAN, "null" },
	{ INFINITY, "null" },
	{ -INFINITY, "null" },
};

static void
puts_floats_in_short(void **state)
{
	char out[LOG_NUMBER_ROOM];

	(void)state;
	for (size_t i = 0; i < COUNT(floats); i++) {
		*log_put_float(out, floats[i].number) = '\0';
		assert_string_equal(out, floats[i].text);
	}
}

static void
puts_floats_that_read_back_as_the_same_number(void **state)
{
	char out[LOG_NUMBER_ROOM];
	uint64_t bits = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		double number;

		bits = bits * UINT64_C(6364136223846793005) +
		    1442695040888963407;
		memcpy(&number, &bits, sizeof(number));
		if (i % 2 != 0)
			number = (double)(bits >> 24) / 1e9;
		if (!isfinite(number))
			continue;
		*log_put_float(out, number) = '\0';
		assert_true(strtod(out, NULL) == number);
	}
}

static void
grows_from_the_callers_memory_to_the_heap(void **state)
{
	char memory[8];
	struct log_text text;

	(void)state;
	log_text_init(&text, memory, sizeof(memory));
	for (size_t i = 0; i < 5000; i++) {
		char *at = log_text_reserve(&text, 1);

		assert_non_null(at);
		*at = (char)('a' + i % 26);
		log_text_end(&text, at + 1);
	}
	assert_int_equal(text.len, 5000);
	for (size_t i = 0; i < text.len; i++)
		assert_int_equal(text.data[i], 'a' + i % 26);
	log_text_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_each_character_wherever_it_stands),
		cmocka_unit_test(escapes_a_nul),
		cmocka_unit_test(copies_plain_text_of_any_length),
		cmocka_unit_test(puts_integers_of_any_size),
		cmocka_unit_test(puts_floats_in_short),
		cmocka_unit_test(puts_floats_that_read_back_as_the_same_number),
		cmocka_unit_test(grows_from_the_callers_memory_to_the_heap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
