#include "runtime/base/quote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static void
writes_any_text_on_one_line(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *quoted;
	} rows[] = {
		{ "plain", 5, "plain" },
		{ "", 0, "" },
		{ "a\nb", 3, "a\\nb" },
		{ "\x1b[31m", 5, "\\x1b[31m" },
		{ "say \"hi\" \\", 10, "say \\\"hi\\\" \\\\" },
		{ "a\0b", 3, "a\\x00b" },
		{ "\xc3\xa5", 2, "\xc3\xa5" },
		{ "\xff\xc3\xa5", 3, "\\xff\\xc3\\xa5" },
		{ "\x7f", 1, "\\x7f" },
	};
	char out[QUOTE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(
		    quote(out, rows[i].text, rows[i].len), rows[i].quoted);
}

/* Every length, so that each byte of a character is the last that fits. */
static void
cuts_a_long_text_between_characters(void **state)
{
	char text[4 * 60 + 4], out[QUOTE_MAX];
	json_t *string;

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = 0; i < 60; i++)
			memcpy(text + shift + 4 * i, "\xf0\x9f\x90\x91", 4);
		quote(out, text, shift + 240);
		assert_in_range(strlen(out), 60, QUOTE_MAX - 1);
		assert_string_equal(out + strlen(out) - 3, "...");
		string = json_string(out);
		assert_non_null(string);
		json_decref(string);

		text[shift + 239] = '\0';
		quote_cut(out, text);
		assert_in_range(strlen(out), 60, QUOTE_MAX - 1);
		assert_string_equal(out + strlen(out) - 3, "...");
		string = json_string(out);
		assert_non_null(string);
		json_decref(string);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_any_text_on_one_line),
		cmocka_unit_test(cuts_a_long_text_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
