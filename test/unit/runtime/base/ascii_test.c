#include "runtime/base/ascii.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <strings.h>

#include <cmocka.h>

static int
sign(int number)
{
	return (number > 0) - (number < 0);
}

static void
agrees_with_the_c_locale_on_every_character(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		const char c = (char)(unsigned char)i;

		assert_int_equal(ascii_is_digit(c), isdigit(i) != 0);
		assert_int_equal(ascii_is_alpha(c), isalpha(i) != 0);
		assert_int_equal(ascii_is_alnum(c), isalnum(i) != 0);
		assert_int_equal(ascii_is_space(c), isspace(i) != 0);
		assert_int_equal(ascii_is_punct(c), ispunct(i) != 0);
		assert_int_equal((unsigned char)ascii_lower(c), tolower(i));
		assert_int_equal((unsigned char)ascii_upper(c), toupper(i));
	}
}

static void
compares_as_strcasecmp_does_in_the_c_locale(void **state)
{
	static const char *const words[] = { "", "a", "A", "b", "aB", "Ab_",
		"ab`", "ab{", "AB[", "content-length", "CONTENT-LENGTH", "\xe9",
		"z\xff" };
	const size_t count = sizeof(words) / sizeof(words[0]);

	(void)state;
	for (size_t i = 0; i < count * count; i++) {
		const char *a = words[i / count], *b = words[i % count];

		assert_int_equal(
		    sign(ascii_casecmp(a, b)), sign(strcasecmp(a, b)));
		for (size_t len = 0; len < 4; len++)
			assert_int_equal(sign(ascii_ncasecmp(a, b, len)),
			    sign(strncasecmp(a, b, len)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_c_locale_on_every_character),
		cmocka_unit_test(compares_as_strcasecmp_does_in_the_c_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
