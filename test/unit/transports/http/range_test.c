#include "transports/http/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of 1000 bytes; "all", "none", or start+size of each. */
static const struct {
	const char *text, *ranges;
} rows[] = {
	{ "bytes=0-499", "0+500 " },
	{ "bytes=500-999", "500+500 " },
	{ "bytes=500-", "500+500 " },
	{ "bytes=-300", "700+300 " },
	{ "bytes=-3000", "0+1000 " },
	{ "bytes=0-0,-1", "0+1 999+1 " },
	{ "bytes= 0-0 ,\t5-6 ", "0+1 5+2 " },
	{ "bytes=,0-0,,", "0+1 " },
	{ "Bytes=0-0", "0+1 " },
	{ "bytes=990-2000", "990+10 " },
	{ "bytes=0-99999999999999999999999999", "0+1000 " },
	{ "bytes=18446744073709551615-", "none" },
	{ "bytes=1000-", "none" },
	{ "bytes=-0", "none" },
	{ "bytes=1000-2000,3000-", "none" },
	{ "bytes=1000-2000,0-1", "0+2 " },
	{ "bytes=0-999", "0+1000 " },
	{ "bytes=100-200,150-250", "100+101 150+101 " },
	/* More than the whole, one way or another. */
	{ "bytes=0-,0-", "all" },
	{ "bytes=0-600,300-900", "all" },
	{ "bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8,9-9,10-10,11-11,12-12,"
	  "13-13,14-14,15-15,16-16",
	    "all" },
	/* No ranges at all. */
	{ "bytes=", "all" },
	{ "bytes", "all" },
	{ "", "all" },
	{ "lines=1-2", "all" },
	{ "bytes=5-2", "all" },
	{ "bytes=0-0,5-2", "all" },
	{ "bytes=a-b", "all" },
	{ "bytes=1", "all" },
	{ "bytes=-", "all" },
	{ "bytes=--1", "all" },
	{ "bytes=0-0 1-1", "all" },
	{ "bytes=0 -1", "all" },
	{ "bytes=+0-1", "all" },
};

static void
reads_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct range ranges[RANGE_MAX];
		char *copy = strdup(rows[i].text), text[256] = "";
		const int count = range_read(copy, 1000, ranges);

		for (int k = 0; k < count; k++)
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), "%llu+%llu ",
			    (unsigned long long)ranges[k].start,
			    (unsigned long long)ranges[k].size);
		if (count <= 0)
			strcpy(text, count == 0 ? "all" : "none");
		assert_string_equal(text, rows[i].ranges);
		free(copy);
	}
}

static void
cuts_nothing_of_an_empty_file(void **state)
{
	struct range ranges[RANGE_MAX];

	(void)state;
	assert_int_equal(range_read("bytes=0-", 0, ranges), 0);
	assert_int_equal(range_read("bytes=-1", 0, ranges), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_ranges),
		cmocka_unit_test(cuts_nothing_of_an_empty_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
