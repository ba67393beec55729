#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "transports/websocket/utf8.h"

static void
takes_every_character_and_nothing_else(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x1fffff; c++) {
		const bool is_character = c <= 0x10ffff &&
		    (c < 0xd800 || c > 0xdfff);
		char text[4];
		size_t len;

		if (c < 0x80) {
			text[0] = (char)c;
			len = 1;
		} else if (c < 0x800) {
			text[0] = (char)(0xc0 | c >> 6);
			len = 2;
		} else if (c < 0x10000) {
			text[0] = (char)(0xe0 | c >> 12);
			len = 3;
		} else {
			text[0] = (char)(0xf0 | c >> 18);
			len = 4;
		}
		for (size_t i = 1; i < len; i++)
			text[i] = (char)(0x80 |
			    (c >> 6 * (len - 1 - i) & 0x3f));
		assert_int_equal(utf8_is_text(text, len), is_character);
	}
}

static void
refuses_what_is_longer_than_needed(void **state)
{
	static const char *const overlong[] = { "\xc0\x80", "\xc1\xbf",
		"\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf", "\xf8\x88\x80\x80\x80", "\x80", "\xff" };

	(void)state;
	for (size_t i = 0; i < sizeof(overlong) / sizeof(overlong[0]); i++)
		assert_false(utf8_is_text(overlong[i], strlen(overlong[i])));
}

static void
finds_a_fault_at_its_first_byte(void **state)
{
	const char text[] = "12345678\xce\xba\xf4\x90";
	struct utf8 utf8 = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 2; i++)
		assert_true(utf8_feed(&utf8, text + i, 1));
	assert_false(utf8_is_whole(&utf8));
	assert_false(utf8_feed(&utf8, text + sizeof(text) - 2, 1));
}

static void
finds_a_fault_behind_much_ascii(void **state)
{
	char text[64];

	(void)state;
	for (size_t at = 0; at < sizeof(text); at++) {
		memset(text, 'a', sizeof(text));
		assert_true(utf8_is_text(text, sizeof(text)));
		text[at] = (char)0xff;
		assert_false(utf8_is_text(text, sizeof(text)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_character_and_nothing_else),
		cmocka_unit_test(refuses_what_is_longer_than_needed),
		cmocka_unit_test(finds_a_fault_at_its_first_byte),
		cmocka_unit_test(finds_a_fault_behind_much_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
