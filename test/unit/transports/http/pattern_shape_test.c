#include "transports/http/pattern_shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/alloc.h"
#include "transports/http/pattern.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct pattern *
must_compile(const char *text)
{
	struct error err = { "" };
	struct pattern *pattern = pattern_new(text, &err);

	if (pattern == NULL)
		fail_msg("%s", err.text);
	return pattern;
}

/* Matches a copy of exactly its size, so that an over-read is seen. */
static int
match_bytes(const struct pattern *pattern, const char *subject, size_t len,
    struct pattern_match *match)
{
	char *copy = malloc(len == 0 ? 1 : len);
	int found;

	assert_non_null(copy);
	memcpy(copy, subject, len);
	found = pattern_match(pattern, copy, len, match);
	free(copy);
	return found;
}

static const struct {
	const char *pattern, *prefix;
	bool literal;
} prefixes[] = {
	{ "", "", true },
	{ "/", "/", true },
	{ "/text", "/text", true },
	{ "^/anchored$", "/anchored", true },
	{ "/a$$", "/a", true },
	{ "/a$b", "/a", false },
	{ "/a^", "/a", false },
	{ "/dot\\.txt", "/dot.txt", true },
	{ "/\\{id}", "/{id}", true },
	{ "/sm\xc3\xb6r", "/sm\xc3\xb6r", true },
	{ "/a]b}", "/a]b}", true },
	{ "/dot.", "/dot", false },
	{ "/a?", "/", false },
	{ "/ab*", "/a", false },
	{ "/ab+", "/a", false },
	{ "/a{2}", "/", false },
	{ "/a{0}", "/", false },
	{ "/a{,2}", "/", false },
	{ "/a{x y}", "/", false },
	{ "/\\.?", "/", false },
	{ "/\xc3\xb6?", "/", false },
	{ "/a|/b", "", false },
	{ "/a(b|c)", "/a", false },
	{ "/a(b)|c", "", false },
	{ "/a[|]b", "/a", false },
	{ "/a[(]|b", "", false },
	{ "/a[]|]b", "/a", false },
	{ "/a[^]|]b", "/a", false },
	{ "/a[\\]|]b", "/a", false },
	{ "/a\\|b", "/a|b", true },
	{ "/a\\(b|c", "", false },
	{ "(?i)/x", "", false },
	{ "/x(?i)y", "", false },
	{ "/x(?#note)?", "", false },
	{ "/\\Qa|b\\E", "", false },
	{ "/a\\E?", "", false },
	{ "/\\x41", "/", false },
	{ "/\\d+", "/", false },
	{ "(?P<x>.*)", "", false },
	{ "/o/{id}", "/o/", false },
	{ "/o/(?P<id>[^/]+?)/?", "/o/", false },
	{ "/slash/?", "/slash", false },
};

static void
finds_the_text_that_every_match_begins_with(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		struct pattern *pattern = must_compile(prefixes[i].pattern);
		const char *prefix;
		size_t len;

		prefix = pattern_prefix(pattern, &len);
		if (len != strlen(prefixes[i].prefix) ||
		    memcmp(prefix, prefixes[i].prefix, len) != 0 ||
		    pattern_is_literal(pattern) != prefixes[i].literal)
			fail_msg(
			    "%s: %.*s", prefixes[i].pattern, (int)len, prefix);
		pattern_free(pattern);
	}
}

/* NUL in a template is written "*" here. */
static void
finds_the_template_of_a_pattern_without_choices(void **state)
{
	static const struct {
		const char *pattern, *template;
		bool slash;
	} rows[] = {
		{ "/o/{id}", "/o/*", false },
		{ "/o/{id}/?", "/o/*", true },
		{ "^/o/{id}/?$", "/o/*", true },
		{ "/o/(?P<id>[^/]+)", "/o/*", false },
		{ "/o/(?P<id>[^/]+?)/?", "/o/*", true },
		{ "/{a}/x\\.y/{b}/", "/*/x.y/*/", false },
		{ "{a}", "*", false },
		{ "/slash/?", "/slash", true },
		{ "/{a}?", NULL, false },
		{ "/{a}+", NULL, false },
		{ "/{a}{2}", NULL, false },
		{ "/{a}{b}", NULL, false },
		{ "/{a}.json", NULL, false },
		{ "/{a}//?/?", NULL, false },
		{ "/{a}/??", NULL, false },
		{ "/{a}/+", NULL, false },
		{ "/{a}|/b", NULL, false },
		{ "/(?P<a>[^/]*)", NULL, false },
		{ "/(?P<a>[^/]+)(?i)", NULL, false },
		{ "(?i)/{a}", NULL, false },
		{ "/({a})", NULL, false },
		{ "/{a}$/", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pattern_shape shape;

		pattern_shape_init(&shape, rows[i].pattern);
		if (rows[i].template == NULL) {
			assert_null(shape.template);
			pattern_shape_clear(&shape);
			continue;
		}
		assert_non_null(shape.template);
		assert_int_equal(shape.slash, rows[i].slash);
		assert_int_equal(shape.template_len, strlen(rows[i].template));
		for (size_t j = 0; j < shape.template_len; j++)
			if (shape.template[j] == '\0')
				shape.template[j] = '*';
		assert_memory_equal(
		    shape.template, rows[i].template, shape.template_len);
		pattern_shape_clear(&shape);
	}
}

static size_t
random_below(uint32_t *seed, size_t limit)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % limit;
}

/* What needs no regular expression must match as PCRE2 would. */
static void
matches_by_hand_as_by_regular_expression(void **state)
{
	static const char *const patterns[] = {
		"/{a}",
		"{a}",
		"/{a}/",
		"/{a}/?",
		"/{a}/b/?$",
		"/{a}/{b}",
		"^/{a}/b/{b}/?",
		"/a/?",
		"/(?P<a>[^/]+?)/b",
		"{a}/\xc3\xa5/{b}",
	};
	static const char *const pieces[] = {
		"/",
		"/",
		"/",
		"a",
		"b",
		"ab",
		"\n",
		"\xc3\xa5",
		"\xc3",
		"",
	};
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < COUNT(patterns) * 2000; i++) {
		const char *text = patterns[i % COUNT(patterns)];
		char *slow_text = xasprintf("(?:)%s", text);
		struct pattern *fast = must_compile(text);
		struct pattern *slow = must_compile(slow_text);
		struct pattern_match one, other;
		char subject[64] = "";
		int found;

		for (size_t j = random_below(&seed, 8); j > 0; j--)
			strcat(subject,
			    pieces[random_below(&seed, COUNT(pieces))]);
		found = match_bytes(fast, subject, strlen(subject), &one);
		if (found !=
		    match_bytes(slow, subject, strlen(subject), &other))
			fail_msg("%s on %s", text, subject);
		for (unsigned j = 0; found && j < one.count; j++) {
			assert_int_equal(one.count, other.count);
			assert_int_equal(one.start[j], other.start[j]);
			assert_int_equal(one.end[j], other.end[j]);
		}
		pattern_free(fast);
		pattern_free(slow);
		free(slow_text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_text_that_every_match_begins_with),
		cmocka_unit_test(
		    finds_the_template_of_a_pattern_without_choices),
		cmocka_unit_test(matches_by_hand_as_by_regular_expression),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
