#include "transports/http/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1790000000) /* September 2026 */

static void
reads_the_three_forms(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: no date */
	} rows[] = {
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
		{ "Sun Nov  6 08:49:37 1994", 784111777 },
		{ "Tue, 14 Nov 2023 22:13:20 GMT", 1700000000 },
		{ "Tuesday, 14-Nov-23 22:13:20 GMT", 1700000000 },
		{ "Saturday, 01-Jan-77 00:00:00 GMT", 220924800 },
		{ "Sat, 29 Feb 2020 23:59:59 GMT", 1583020799 },
		{ "Fri Dec 31 23:59:59 1999", 946684799 },
		{ "Friday, 01-Jan-27 00:00:00 GMT", 1798761600 },
		{ "Sun, 06 Nov 1994 08:49:37", -1 },
		{ "Sun, 6 Nov 1994 08:49:37 GMT", -1 },
		{ "Sun, 06 nov 1994 08:49:37 GMT", -1 },
		{ "Sun, 06 Nov 1994 24:49:37 GMT", -1 },
		{ "Sun, 06 Nov 1994 08:49: 7 GMT", -1 },
		{ "Sun, 06-Nov-94 08:49:37 GMT", -1 },
		{ "Sun Nov 06", -1 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT+1", -1 },
		{ "yesterday", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t seconds = -1;

		assert_int_equal(date_read(rows[i].text, NOW, &seconds),
		    rows[i].seconds >= 0);
		assert_int_equal(seconds, rows[i].seconds);
	}
}

static void
writes_the_first_of_them(void **state)
{
	char text[DATE_SIZE];

	(void)state;
	date_write(784111777, text);
	assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
	date_write(253402300799, text);
	assert_string_equal(text, "Fri, 31 Dec 9999 23:59:59 GMT");
	date_write(253402300800, text);
	assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
	date_write(INT64_MAX, text);
	assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_three_forms),
		cmocka_unit_test(writes_the_first_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
