#include "transports/http/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/alloc.h"

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

static int
match_text(const char *text, const char *subject)
{
	struct pattern *pattern = must_compile(text);
	const int found = match_bytes(pattern, subject, strlen(subject), NULL);

	pattern_free(pattern);
	return found;
}

static const struct {
	const char *pattern, *subject;
	int found;
} matches[] = {
	{ "/", "/", 1 },
	{ "/", "", 0 },
	{ "/", "//", 0 },
	{ "", "", 1 },
	{ "", "/", 0 },
	{ "/text", "/text", 1 },
	{ "/text", "/text/", 0 },
	{ "/text", "/TEXT", 0 },
	{ "/text", "/text\n", 0 },
	{ "/text$", "/text\n", 0 },
	{ "/te[x]t$", "/text\n", 0 },
	{ "^/anchored$", "/anchored", 1 },
	{ "^/anchored$", "/anchored/", 0 },
	{ "^^/a$$", "/a", 1 },
	{ "/a^", "/a", 0 },
	{ "/a$b", "/a$b", 0 },
	{ "/alt-a|/alt-b", "/alt-a", 1 },
	{ "/alt-a|/alt-b", "/alt-b", 1 },
	{ "/alt-a|/alt-b", "/alt-ab", 0 },
	{ "/alt-a|/alt-b", "/x/alt-b", 0 },
	{ "/a|/ab", "/ab", 1 },
	{ "^/a$|^/b$", "/b", 1 },
	{ "/dot.", "/dotx", 1 },
	{ "/dot.", "/dot.", 1 },
	{ "/dot.", "/dot", 0 },
	{ "/dot.", "/dot\n", 0 },
	{ "/dot.", "/dot\r", 1 },
	{ "/dot.", "/dot\xc3\xa5", 1 },
	{ "/dot..", "/dot\xc3\xa5", 0 },
	{ "/dot\\.", "/dot.", 1 },
	{ "/dot\\.", "/dotx", 0 },
	{ "/a?", "/", 1 },
	{ "/ab*", "/a", 1 },
	{ "/ab*", "/abbb", 1 },
	{ "/ab+?", "/a", 0 },
	{ "/a{2}", "/aa", 1 },
	{ "/a{0}", "/", 1 },
	{ "/a{,2}", "/", 1 },
	{ "/a{,2}", "/aa", 1 },
	{ "/a{,2}", "/aaa", 0 },
	{ "/a{,}", "/aaa", 1 },
	{ "/[0-9]{4}", "/2024", 1 },
	{ "/[0-9]{4}", "/202", 0 },
	{ "(?i)/x", "/X", 1 },
	{ "/\xc3\xa5?b", "/b", 1 },
	{ "/\xc3\xa5?b",
	    "/\xc3\xa5"
	    "b",
	    1 },
	{ "/\xc3\xa5", "/\xc3\xa5", 1 },
	{ "/\\d", "/7", 1 },
	{ "/\\d", "/\xd9\xa3", 0 },
	{ "/\\p{Lu}", "/\xc3\x85", 1 },
	{ "/\\x{41}", "/A", 1 },
	{ "/\\N{2}", "/xy", 1 },
	{ "/slash/?", "/slash", 1 },
	{ "/slash/?", "/slash/", 1 },
	{ "/slash/?", "/slash//", 0 },
	{ "/slash/?", "/slas", 0 },
	{ "/slash/??", "/slash/", 1 },
	{ "/o/{id}", "/o/7", 1 },
	{ "/o/{id}", "/o/a\nb", 1 },
	{ "/o/{id}", "/o/", 0 },
	{ "/o/{id}", "/o/7/", 0 },
	{ "/o/{id}", "/o/sm\xc3\xb6r", 1 },
	{ "/o/{id}/?", "/o/7/", 1 },
	{ "/o/{id}/?$", "/o/7//", 0 },
	{ "/o/{id}?", "/o/", 1 },
	{ "/o/{id}.json", "/o/a.b.json", 1 },
	{ "/o/{id}-{n}", "/o/a-b-c", 1 },
	{ "/o/{id}/", "/o/7", 0 },
	{ "/o/[{id}]", "/o/d", 1 },
	{ "/o/\\{id}", "/o/{id}", 1 },
	{ "/o/{id-}", "/o/{id-}", 1 },
	{ "/o/{id", "/o/{id", 1 },
	{ "/o/{1a}", "/o/{1a}", 1 },
	{ "/o/{}", "/o/{}", 1 },
	{ "/over/(?P<x>.+)", "/over/a/b", 1 },
	{ "/over/(?P<x>.+)", "/over/", 0 },
	/* As where there is no JIT. */
	{ "(*NO_JIT)/o/[0-9]+", "/o/7", 1 },
	{ "(*NO_JIT)/o/[0-9]+", "/o/x", 0 },
};

static void
matches_the_whole_subject_or_not_at_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(matches); i++)
		if (match_text(matches[i].pattern, matches[i].subject) !=
		    matches[i].found)
			fail_msg(
			    "%s on %s", matches[i].pattern, matches[i].subject);
}

static void
tells_where_named_groups_lie(void **state)
{
	static const struct {
		const char *pattern, *subject, *name, *value;
	} rows[] = {
		{ "/o/{id}", "/o/77", "id", "77" },
		{ "/o/{id}/?", "/o/77/", "id", "77" },
		{ "/o/{id}", "/o/sm\xc3\xb6r", "id", "sm\xc3\xb6r" },
		{ "/{b}/{a}", "/1/2", "a", "2" },
		{ "/{b}/{a}", "/1/2", "b", "1" },
		{ "/{b}/{a}", "/1/\xc3\xa5", "b", "1" },
		{ "/(x)(?P<b>.)(?P<a>.)", "/x12", "a", "2" },
		{ "/(x)(?P<b>.)(?P<a>.)", "/x12", "b", "1" },
		{ "/{id}.json", "/a.b.json", "id", "a.b" },
		{ "/(?P<x>.+?)/?", "/a/", "x", "a" },
		{ "/(?P<x>.+)/?", "/a/", "x", "a/" },
		{ "/(?P<x>.*)", "/", "x", "" },
		{ "/opt/(?P<a>[a-z]+)(?:/(?P<b>[a-z]+))?", "/opt/q", "a", "q" },
		{ "/opt/(?P<a>[a-z]+)(?:/(?P<b>[a-z]+))?", "/opt/q", "b",
		    NULL },
		{ "/opt/(?P<a>[a-z]+)(?:/(?P<b>[a-z]+))?", "/opt/q/r", "b",
		    "r" },
		{ "/(?P<a>x)|/(?P<b>y)", "/y", "a", NULL },
		{ "/(?P<a>x)|/(?P<b>y)", "/y", "b", "y" },
		{ "/(?P<a>x)|/(?P<b>y)", "/x", "b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pattern *pattern = must_compile(rows[i].pattern);
		const char *subject = rows[i].subject;
		struct pattern_match match;
		int group = pattern_group(pattern, rows[i].name);
		size_t len;

		assert_in_range(group, 0, PATTERN_MAX_GROUPS - 1);
		assert_int_equal(
		    match_bytes(pattern, subject, strlen(subject), &match), 1);
		assert_true((unsigned)group < match.count);
		if (rows[i].value == NULL) {
			assert_true(match.start[group] == SIZE_MAX);
			assert_true(match.end[group] == SIZE_MAX);
			pattern_free(pattern);
			continue;
		}
		len = match.end[group] - match.start[group];
		assert_int_equal(len, strlen(rows[i].value));
		assert_memory_equal(
		    subject + match.start[group], rows[i].value, len);
		pattern_free(pattern);
	}
}

static void
knows_no_group_of_another_name(void **state)
{
	struct pattern *pattern = must_compile("/{id}/(x)");

	(void)state;
	assert_int_equal(pattern_group(pattern, "id"), 0);
	assert_int_equal(pattern_group(pattern, "i"), -1);
	assert_int_equal(pattern_group(pattern, ""), -1);
	pattern_free(pattern);
}

static void
expands_braces_that_hold_a_name(void **state)
{
	static const struct {
		const char *text, *regex;
	} rows[] = {
		{ "/{id}", "/(?P<id>[^/]+)" },
		{ "/{_}-{a_1}", "/(?P<_>[^/]+)-(?P<a_1>[^/]+)" },
		{ "{id}?", "(?P<id>[^/]+)?" },
		{ "({id})", "((?P<id>[^/]+))" },
		{ "\\d{id}", "\\d(?P<id>[^/]+)" },
		{ "\\\\{id}", "\\\\(?P<id>[^/]+)" },
		{ "[0-9]{4}", "[0-9]{4}" },
		{ "a{2,}", "a{2,}" },
		{ "a{,2}", "a{0,2}" },
		{ "a{,2", "a{,2" },
		{ "{1a}", "{1a}" },
		{ "{id", "{id" },
		{ "{i-d}", "{i-d}" },
		{ "{}", "{}" },
		{ "\\{id}", "\\{id}" },
		{ "\\x{ab}", "\\x{ab}" },
		{ "\\p{Lu}\\P{Lu}", "\\p{Lu}\\P{Lu}" },
		{ "\\N{U+41}", "\\N{U+41}" },
		{ "(?P<a>.)\\g{a}\\k{a}", "(?P<a>.)\\g{a}\\k{a}" },
		{ "[{id}]", "[{id}]" },
		{ "[]{id}]", "[]{id}]" },
		{ "[^]{id}]{id}", "[^]{id}](?P<id>[^/]+)" },
		{ "[\\]{id}]", "[\\]{id}]" },
		{ "[[:alpha:]{id}]", "[[:alpha:]{id}]" },
		{ "[[{id}]{id}", "[[{id}](?P<id>[^/]+)" },
		{ "\\[{id}]", "\\[(?P<id>[^/]+)]" },
		{ "\\Q{id}\\E{id}", "\\Q{id}\\E(?P<id>[^/]+)" },
		{ "(?#{id}){id}", "(?#{id})(?P<id>[^/]+)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *regex = pattern_expand(rows[i].text);

		assert_string_equal(regex, rows[i].regex);
		free(regex);
	}
}

static void
says_where_a_pattern_is_wrong_as_it_was_written(void **state)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{ "/a(b",
		    "pattern \"/a(b\": missing closing parenthesis at 4" },
		{ "/{id}(b",
		    "pattern \"/{id}(b\": missing closing parenthesis "
		    "at 7" },
		{ "/{a}/{b})",
		    "pattern \"/{a}/{b})\": unmatched closing "
		    "parenthesis at 8" },
		{ "/{a}[z-a]",
		    "pattern \"/{a}[z-a]\": range out of order in "
		    "character class at 7" },
		{ "/a{,3}[z-a]",
		    "pattern \"/a{,3}[z-a]\": range out of order "
		    "in character class at 9" },
		{ "/{id}/{id}",
		    "pattern \"/{id}/{id}\": two named subpatterns "
		    "have the same name (PCRE2_DUPNAMES not set) "
		    "at 10" },
		{ "/a**b|*",
		    "pattern \"/a**b|*\": quantifier does not follow "
		    "a repeatable item at 3" },
		{ "/\\", "pattern \"/\\\": \\ at end of pattern at 2" },
		{ "/[a",
		    "pattern \"/[a\": missing terminating ] for character "
		    "class at 3" },
		{ "/\xff",
		    "pattern \"/\xff\": UTF-8 error: illegal byte (0xfe "
		    "or 0xff) at 1" },
		{ "/a\\C",
		    "pattern \"/a\\C\": using \\C is disabled by the "
		    "application at 4" },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_null(pattern_new(rows[i].text, &err));
		assert_string_equal(err.text, rows[i].line);
	}
}

static void
matches_nothing_with_what_is_not_utf8(void **state)
{
	static const char *const patterns[] = {
		"/a/{id}",
		"/a/(?P<x>.*)",
		"/a/[^b]+",
		"(?P<x>.*)",
		"/a/.",
		"/a/\\xff",
	};
	static const char *const subjects[] = {
		"/a/\xff",
		"/a/\xc3",
		"/a/\xed\xa0\x80",
		"/a/x\x80",
		"\xff/a/x",
		"/a/\xc0\xaf",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++)
		for (size_t j = 0; j < COUNT(subjects); j++)
			assert_int_equal(
			    match_text(patterns[i], subjects[j]), 0);
}

static void
takes_a_nul_for_a_byte_like_any_other(void **state)
{
	struct pattern *literal = must_compile("/text");
	struct pattern *param = must_compile("/{id}");
	struct pattern *params = must_compile("/{a}/{b}");
	struct pattern_match match;

	(void)state;
	assert_int_equal(match_bytes(literal, "/text\0", 6, NULL), 0);
	assert_int_equal(match_bytes(param, "/a\0b", 4, &match), 1);
	assert_int_equal(match.end[0], 4);
	assert_int_equal(match_bytes(params, "/\0/\0", 4, &match), 1);
	assert_int_equal(match_bytes(params, "/\0\0", 3, &match), 0);
	pattern_free(literal);
	pattern_free(param);
	pattern_free(params);
}

static void
gives_up_on_a_pattern_that_tries_too_much(void **state)
{
	static const char *const patterns[] = {
		"/(a+)+b",
		"/(a|aa)+[bc]",
		"/(?:a*)*(?:a*)*(?:a*)*d",
	};
	char subject[64];

	(void)state;
	memset(subject, 'a', sizeof(subject));
	subject[0] = '/';
	/* The letters that PCRE2 would miss at once are there. */
	memcpy(subject + sizeof(subject) - 4, "bcdx", 4);
	for (size_t i = 0; i < COUNT(patterns); i++) {
		struct pattern *pattern = must_compile(patterns[i]);

		assert_int_equal(
		    match_bytes(pattern, subject, sizeof(subject), NULL), -1);
		/* The next match is not harmed. */
		assert_int_equal(match_bytes(pattern, "/x", 2, NULL), 0);
		pattern_free(pattern);
	}
}

static void
matches_a_path_as_long_as_headers_may_be(void **state)
{
	static const char *const patterns[] = {
		"/static(?P<filename>.+?)",
		"/(?P<x>(?:[a-z]+|/)+)",
		"/{id}",
		"/(?:(?P<x>[a-z])|/)+",
	};
	const size_t len = 8192;
	char *subject = malloc(len);

	(void)state;
	assert_non_null(subject);
	memset(subject, 'x', len);
	memcpy(subject, "/static", 7);
	for (size_t i = 0; i < COUNT(patterns); i++) {
		struct pattern *pattern = must_compile(patterns[i]);

		assert_int_equal(pattern_match(pattern, subject, len, NULL), 1);
		pattern_free(pattern);
	}
	free(subject);
}

/* /(?P<g0>.)...  with count groups and as many others between them. */
static char *
many_groups(int count)
{
	char *text = xstrdup("/"), *longer;

	for (int i = 0; i < count; i++) {
		longer = xasprintf("%s(?P<g%d>.)(.)", text, i);
		free(text);
		text = longer;
	}
	return text;
}

static void
takes_sixteen_named_groups_and_no_more(void **state)
{
	const char *subject = "/0a1b2c3d4e5f6g7h8i9jAkBlCmDnEoFp";
	char *text = many_groups(PATTERN_MAX_GROUPS);
	struct pattern *pattern = must_compile(text);
	struct pattern_match match;
	struct error err;

	(void)state;
	assert_int_equal(
	    match_bytes(pattern, subject, strlen(subject), &match), 1);
	assert_int_equal(match.count, PATTERN_MAX_GROUPS);
	assert_int_equal(
	    subject[match.start[pattern_group(pattern, "g15")]], 'F');
	pattern_free(pattern);
	free(text);
	text = many_groups(PATTERN_MAX_GROUPS + 1);
	assert_null(pattern_new(text, &err));
	assert_non_null(strstr(err.text, "\": more than 16 named groups"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_the_whole_subject_or_not_at_all),
		cmocka_unit_test(tells_where_named_groups_lie),
		cmocka_unit_test(knows_no_group_of_another_name),
		cmocka_unit_test(expands_braces_that_hold_a_name),
		cmocka_unit_test(
		    says_where_a_pattern_is_wrong_as_it_was_written),
		cmocka_unit_test(matches_nothing_with_what_is_not_utf8),
		cmocka_unit_test(takes_a_nul_for_a_byte_like_any_other),
		cmocka_unit_test(gives_up_on_a_pattern_that_tries_too_much),
		cmocka_unit_test(matches_a_path_as_long_as_headers_may_be),
		cmocka_unit_test(takes_sixteen_named_groups_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
