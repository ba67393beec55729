#include "transports/http/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Without a NUL, and no byte longer than text. */
static char *
exact(const char *text, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	return copy;
}

static const struct {
	const char *text, *path, *query;
} decodings[] = {
	{ "", "", "" },
	{ "/orders/7", "/orders/7", "/orders/7" },
	{ "a%20b", "a b", "a b" },
	{ "%41%4a%4A", "AJJ", "AJJ" },
	{ "%c3%a9", "\xc3\xa9", "\xc3\xa9" },
	{ "a+b", "a+b", "a b" },
	{ "a%2Bb", "a+b", "a+b" },
	{ "%2525", "%25", "%25" },
	{ "%", "%", "%" },
	{ "%4", "%4", "%4" },
	{ "a%4", "a%4", "a%4" },
	{ "%4g", "%4g", "%4g" },
	{ "%g4", "%g4", "%g4" },
	{ "%%41", "%A", "%A" },
	{ "%-1", "%-1", "%-1" },
	{ "%@A", "%@A", "%@A" },
	{ "%0x", "%0x", "%0x" },
};

static void
decodes_percent_and_plus(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(decodings) / sizeof(decodings[0]); i++) {
		const char *text = decodings[i].text;
		size_t len = strlen(text);
		char *in = exact(text, len);
		char *out = malloc(len + 1);

		assert_non_null(out);
		assert_int_equal(
		    uri_decode(in, len, out, false), strlen(decodings[i].path));
		assert_string_equal(out, decodings[i].path);
		assert_int_equal(
		    uri_decode(in, len, out, true), strlen(decodings[i].query));
		assert_string_equal(out, decodings[i].query);
		free(out);
		free(in);
	}
}

static void
decodes_in_place(void **state)
{
	char text[] = "%2Fa%2fb%00c";

	(void)state;
	assert_int_equal(uri_decode(text, strlen(text), text, false), 6);
	assert_memory_equal(text, "/a/b\0c", 7);
}

static const struct {
	const char *query, *pairs;
} queries[] = {
	{ "", "" },
	{ "&", "" },
	{ "&&&", "" },
	{ "a=1", "[a][1]" },
	{ "a=1&b=2", "[a][1][b][2]" },
	{ "&a=1&&b=2&", "[a][1][b][2]" },
	{ "a", "[a][]" },
	{ "a=", "[a][]" },
	{ "=1", "[][1]" },
	{ "=", "[][]" },
	{ "a=b=c", "[a][b=c]" },
	{ "a&b", "[a][][b][]" },
	{ "a%26=1;b", "[a%26][1;b]" },
};

static void
splits_a_query_into_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		size_t len = strlen(queries[i].query), used = 0;
		char *in = exact(queries[i].query, len);
		const char *at = in;
		struct uri_pair pair;
		char pairs[64] = "";

		while (uri_next_pair(&at, in + len, &pair))
			used += (size_t)snprintf(pairs + used,
			    sizeof(pairs) - used, "[%.*s][%.*s]",
			    (int)pair.name_len, pair.name, (int)pair.value_len,
			    pair.value);
		assert_string_equal(pairs, queries[i].pairs);
		assert_ptr_equal(at, in + len);
		free(in);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_percent_and_plus),
		cmocka_unit_test(decodes_in_place),
		cmocka_unit_test(splits_a_query_into_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
