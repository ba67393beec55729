#include "runtime/base/json_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* From memory of just that size. */
static json_t *
read_exactly(const char *text, size_t len, struct error *err)
{
	char *copy = malloc(len + (len == 0));
	json_t *value;

	memcpy(copy, text, len);
	value = json_text_read(copy, len, err);
	free(copy);
	return value;
}

static void
a_fault_is_located(void **state)
{
	static const struct {
		const char *text, *fault;
	} rows[] = {
		{ "", "line 1, column 0: " },
		{ "{\"a\": 1,\n bad}", "line 2, column 4: " },
		{ "\"[", "line 1, column 2: " },
		{ "{\"a\": 1, \"a\": 2}", "line 1, column 12: duplicate" },
		{ "1 2", "line 1, column 3: " },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(
		    read_exactly(rows[i].text, strlen(rows[i].text), &err));
		assert_memory_equal(
		    err.text, rows[i].fault, strlen(rows[i].fault));
	}
}

/* before, then so many brackets, closed or not. */
static json_t *
read_nested(const char *before, unsigned levels, bool closed, struct error *err)
{
	const size_t len = strlen(before);
	char text[2000];

	memcpy(text, before, len);
	memset(text + len, '[', levels);
	memset(text + len + levels, ']', levels);
	text[len + 2 * levels] = ']';
	return read_exactly(
	    text, len + levels + (closed ? levels + 1 : 0), err);
}

static void
what_is_nested_too_deep_is_not_read(void **state)
{
	struct error err;
	json_t *value = read_nested("[", JSON_TEXT_DEPTH - 1, true, &err);

	(void)state;
	assert_non_null(value);
	json_decref(value);
	assert_null(read_nested("[", JSON_TEXT_DEPTH, true, &err));
	assert_string_equal(err.text, "line 1, column 101: nested too deep");
	assert_null(
	    read_nested("[\n\"\xc3\xa5\",", JSON_TEXT_DEPTH, false, &err));
	assert_string_equal(err.text, "line 2, column 104: nested too deep");
}

static void
brackets_in_strings_and_closed_ones_do_not_count(void **state)
{
	char text[1500] = "[\"\\\"";
	size_t len = 4;
	struct error err;
	json_t *value;

	(void)state;
	memset(text + len, '{', 500);
	len += 500;
	memcpy(text + len, "\\\\\"", 3);
	len += 3;
	for (int i = 0; i < 300; i++, len += 3)
		memcpy(text + len, ",[]", 3);
	text[len++] = ']';
	value = read_exactly(text, len, &err);
	assert_non_null(value);
	assert_int_equal(json_array_size(value), 301);
	json_decref(value);
}

static json_t *
nest(unsigned levels)
{
	json_t *value = json_integer(1);

	for (unsigned i = 0; i < levels; i++)
		value = i % 2 == 0
		    ? json_pack("[i, o]", 1, value)
		    : json_pack("{s:i, s:o}", "a", 1, "b", value);
	return value;
}

static void
a_value_has_as_many_levels_as_may_be_read(void **state)
{
	static const unsigned levels[] = { 0, 1, JSON_TEXT_DEPTH,
		JSON_TEXT_DEPTH + 1, 3 * JSON_TEXT_DEPTH };

	(void)state;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		json_t *value = nest(levels[i]);

		assert_int_equal(
		    json_text_is_too_deep(value), levels[i] > JSON_TEXT_DEPTH);
		json_decref(value);
	}
	assert_false(json_text_is_too_deep(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_is_located),
		cmocka_unit_test(what_is_nested_too_deep_is_not_read),
		cmocka_unit_test(
		    brackets_in_strings_and_closed_ones_do_not_count),
		cmocka_unit_test(a_value_has_as_many_levels_as_may_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
