#include "transports/http/router.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <llhttp.h>

#include "runtime/base/alloc.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct row {
	const char *methods, *pattern;
};

/* A router whose targets are the rows. */
static struct router *
make_router(const struct row *rows, size_t count)
{
	struct router *router = router_new();
	struct error err = { "" };

	for (size_t i = 0; i < count; i++)
		if (router_add(router, rows[i].methods, rows[i].pattern,
			(void *)(uintptr_t)&rows[i], &err) < 0)
			fail_msg("%s", err.text);
	router_freeze(router);
	return router;
}

/* Matches a copy of exactly its size, so that an over-read is seen. */
static enum router_verdict
match_text(const struct router *router, unsigned method, const char *path,
    struct route *route)
{
	const size_t len = strlen(path);
	char *copy = malloc(len == 0 ? 1 : len);
	enum router_verdict verdict;

	assert_non_null(copy);
	memcpy(copy, path, len);
	verdict = router_match(router, method, copy, len, route);
	free(copy);
	return verdict;
}

/* The routes of the service that the recorded HTTP cases talk to. */
static const struct row service[] = {
	{ "GET", "/" },
	{ "GET", "/text" },
	{ "GET", "/sync" },
	{ "GET", "/empty" },
	{ "GET", "/none" },
	{ "GET", "/unicode" },
	{ "GET", "/latin" },
	{ "GET", "/bytes" },
	{ "GET", "/tuple2" },
	{ "GET", "/tuple3" },
	{ "GET", "/list3" },
	{ "GET", "/dict" },
	{ "GET", "/dict-str-status" },
	{ "GET", "/dict-empty" },
	{ "GET", "/response" },
	{ "GET", "/response-reason" },
	{ "GET", "/response-charset" },
	{ "GET", "/response-hdr-ct" },
	{ "GET", "/response-hdr-ct-nocharset" },
	{ "GET", "/response-bad-charset" },
	{ "GET", "/webresponse" },
	{ "GET", "/override-headers" },
	{ "GET", "/status/(?P<code>[0-9]+)" },
	{ "GET", "/raise/http/(?P<code>[0-9]+)" },
	{ "GET", "/raise/http-text" },
	{ "GET", "/raise/value" },
	{ "GET", "/item/(?P<id>[0-9]+)" },
	{ "GET", "/item/(?P<id>[0-9]+)/(?P<name>[^/]+?)/?" },
	{ "GET", "/opt/(?P<a>[a-z]+)(?:/(?P<b>[a-z]+))?" },
	{ "GET", "/kw/(?P<a>[a-z]+)" },
	{ "GET", "/inject" },
	{ "POST, PUT", "/multi" },
	{ "DELETE", "/multi" },
	{ "PURGE", "/purge" },
	{ "get", "/lower" },
	{ "*", "/any" },
	{ "HEAD", "/headonly" },
	{ "OPTIONS", "/options" },
	{ "GET", "/slash/?" },
	{ "GET", "/noslash" },
	{ "GET", "/withslash/" },
	{ "GET", "/dup" },
	{ "GET", "/dup" },
	{ "GET", "/over/(?P<x>.+)" },
	{ "GET", "/over/special" },
	{ "GET", "/split" },
	{ "POST", "/split" },
	{ "GET", "^/anchored$" },
	{ "GET", "/dot." },
	{ "GET", "/alt-a|/alt-b" },
	{ "POST, PUT, PATCH", "/echo" },
	{ "GET", "/echo" },
	{ "POST", "/form" },
	{ "POST", "/json" },
	{ "GET", "/query" },
	{ "GET", "/path/(?P<rest>.*)" },
	{ "GET", "/hdr/(?P<h>[A-Za-z-]+)" },
	{ "GET", "/ip" },
	{ "GET", "/cookie" },
	{ "GET", "/sleep/(?P<ms>[0-9]+)" },
	{ "GET", "/big/(?P<n>[0-9]+)" },
	{ "GET", "/quiet" },
	{ "GET", "/quiet200" },
	{ "GET", "/exit/(?P<code>[0-9]+)" },
	{ "GET", "/static(?P<filename>.+?)" },
	{ "GET", "/files/(?P<filename>[a-z]+\\.txt)/dl" },
	{ "GET", "/ws/echo/?" },
	{ "GET", "/ws/named/(?P<name>[a-z]+)" },
	{ "GET", "/ws/raise" },
	{ "GET", "/ws/none" },
};

/* pattern: of the row that answers.  Else allow: of a 405.  Else 404. */
static const struct {
	unsigned method;
	const char *path, *pattern, *allow;
} requests[] = {
	{ HTTP_GET, "/", "/", NULL },
	{ HTTP_GET, "", NULL, NULL },
	{ HTTP_GET, "*", NULL, NULL },
	{ HTTP_OPTIONS, "*", NULL, NULL },
	{ HTTP_GET, "/nope", NULL, NULL },
	{ HTTP_HEAD, "/nope", NULL, NULL },
	{ HTTP_OPTIONS, "/nope", NULL, NULL },
	{ HTTP_GET, "/text", "/text", NULL },
	{ HTTP_GET, "/tex", NULL, NULL },
	{ HTTP_GET, "/text/", NULL, NULL },
	{ HTTP_GET, "/TEXT", NULL, NULL },
	{ HTTP_GET, "//text", NULL, NULL },
	{ HTTP_GET, "/./text", NULL, NULL },
	{ HTTP_GET, "/text;a=1", NULL, NULL },
	{ HTTP_GET, "/dict", "/dict", NULL },
	{ HTTP_GET, "/dict-", NULL, NULL },
	{ HTTP_GET, "/dict-empty", "/dict-empty", NULL },
	{ HTTP_GET, "/response-hdr-ct", "/response-hdr-ct", NULL },
	{ HTTP_GET, "/status/404", "/status/(?P<code>[0-9]+)", NULL },
	{ HTTP_GET, "/status/x", NULL, NULL },
	{ HTTP_GET, "/raise/http/302", "/raise/http/(?P<code>[0-9]+)", NULL },
	{ HTTP_GET, "/raise/http-text", "/raise/http-text", NULL },
	{ HTTP_GET, "/item/42", "/item/(?P<id>[0-9]+)", NULL },
	{ HTTP_GET, "/item/x", NULL, NULL },
	{ HTTP_GET, "/item/42/bob", "/item/(?P<id>[0-9]+)/(?P<name>[^/]+?)/?",
	    NULL },
	{ HTTP_GET, "/item/42/bob/", "/item/(?P<id>[0-9]+)/(?P<name>[^/]+?)/?",
	    NULL },
	{ HTTP_GET, "/item/42/a/b", NULL, NULL },
	{ HTTP_GET, "/opt/a", "/opt/(?P<a>[a-z]+)(?:/(?P<b>[a-z]+))?", NULL },
	{ HTTP_GET, "/opt/a/b", "/opt/(?P<a>[a-z]+)(?:/(?P<b>[a-z]+))?", NULL },
	{ HTTP_PUT, "/multi", "/multi", NULL },
	{ HTTP_DELETE, "/multi", "/multi", NULL },
	{ HTTP_HEAD, "/multi", NULL, "DELETE,POST,PUT" },
	{ HTTP_PURGE, "/purge", "/purge", NULL },
	{ HTTP_GET, "/purge", NULL, "PURGE" },
	{ HTTP_GET, "/lower", "/lower", NULL },
	{ HTTP_GET, "/any", "/any", NULL },
	{ HTTP_OPTIONS, "/any", "/any", NULL },
	{ HTTP_HEAD, "/any", "/any", NULL },
	{ HTTP_SOURCE, "/any", "/any", NULL },
	{ HTTP_HEAD, "/text", "/text", NULL },
	{ HTTP_POST, "/text", NULL, "GET,HEAD" },
	{ HTTP_TRACE, "/text", NULL, "GET,HEAD" },
	{ HTTP_OPTIONS, "/text", NULL, "GET,HEAD" },
	{ HTTP_HEAD, "/big/100000", "/big/(?P<n>[0-9]+)", NULL },
	{ HTTP_HEAD, "/headonly", "/headonly", NULL },
	{ HTTP_GET, "/headonly", NULL, "HEAD" },
	{ HTTP_OPTIONS, "/options", "/options", NULL },
	{ HTTP_GET, "/slash", "/slash/?", NULL },
	{ HTTP_GET, "/slash/", "/slash/?", NULL },
	{ HTTP_GET, "/slash//", NULL, NULL },
	{ HTTP_GET, "/noslash/", NULL, NULL },
	{ HTTP_GET, "/withslash", NULL, NULL },
	{ HTTP_GET, "/withslash/", "/withslash/", NULL },
	{ HTTP_GET, "/over/special", "/over/(?P<x>.+)", NULL },
	{ HTTP_GET, "/over/a/b", "/over/(?P<x>.+)", NULL },
	{ HTTP_GET, "/over/", NULL, NULL },
	{ HTTP_POST, "/split", "/split", NULL },
	{ HTTP_PUT, "/split", NULL, "GET,HEAD,POST" },
	{ HTTP_GET, "/anchored", "^/anchored$", NULL },
	{ HTTP_GET, "/dotx", "/dot.", NULL },
	{ HTTP_GET, "/dot.", "/dot.", NULL },
	{ HTTP_GET, "/dot", NULL, NULL },
	{ HTTP_GET, "/alt-a", "/alt-a|/alt-b", NULL },
	{ HTTP_GET, "/alt-b", "/alt-a|/alt-b", NULL },
	{ HTTP_POST, "/alt-b", NULL, "GET,HEAD" },
	{ HTTP_DELETE, "/echo", NULL, "GET,HEAD,PATCH,POST,PUT" },
	{ HTTP_GET, "/path/", "/path/(?P<rest>.*)", NULL },
	{ HTTP_GET, "/path/%25", "/path/(?P<rest>.*)", NULL },
	{ HTTP_GET, "/path/a;b=c", "/path/(?P<rest>.*)", NULL },
	{ HTTP_GET, "/path/@:!$&'()*,=", "/path/(?P<rest>.*)", NULL },
	{ HTTP_GET, "/hdr/X-Y", "/hdr/(?P<h>[A-Za-z-]+)", NULL },
	{ HTTP_GET, "/quiet", "/quiet", NULL },
	{ HTTP_GET, "/quiet200", "/quiet200", NULL },
	{ HTTP_GET, "/quiet20", NULL, NULL },
	{ HTTP_GET, "/static/a.txt", "/static(?P<filename>.+?)", NULL },
	{ HTTP_GET, "/statica.txt", "/static(?P<filename>.+?)", NULL },
	{ HTTP_GET, "/files/a.txt/dl", "/files/(?P<filename>[a-z]+\\.txt)/dl",
	    NULL },
	{ HTTP_GET, "/files/atxt/dl", NULL, NULL },
	{ HTTP_GET, "/ws/echo/", "/ws/echo/?", NULL },
	{ HTTP_GET, "/ws/named/bob", "/ws/named/(?P<name>[a-z]+)", NULL },
	{ HTTP_PRI, "/text", NULL, "GET,HEAD" },
	{ HTTP_PRI, "/any", "/any", NULL },
};

static void
answers_as_the_recorded_cases_do(void **state)
{
	struct router *router = make_router(service, COUNT(service));

	(void)state;
	for (size_t i = 0; i < COUNT(requests); i++) {
		char allow[ROUTER_ALLOW_SIZE] = "none";
		struct route route;
		enum router_verdict verdict = match_text(
		    router, requests[i].method, requests[i].path, &route);

		if (requests[i].pattern != NULL) {
			const struct row *row = route.target;

			assert_int_equal(verdict, ROUTER_FOUND);
			assert_string_equal(row->pattern, requests[i].pattern);
		} else if (requests[i].allow == NULL) {
			assert_int_equal(verdict, ROUTER_NOT_FOUND);
		} else {
			assert_int_equal(verdict, ROUTER_METHOD_NOT_ALLOWED);
			router_allow(route.allowed, allow);
			assert_string_equal(allow, requests[i].allow);
		}
	}
	router_free(router);
}

static void
hands_back_the_first_row_of_equal_ones(void **state)
{
	static const struct row rows[] = {
		{ "POST", "/dup" },
		{ "GET", "/dup" },
		{ "GET", "/dup" },
		{ "HEAD", "/dup" },
		{ "GET", "/(?P<x>dup)" },
	};
	struct router *router = make_router(rows, COUNT(rows));
	struct route route;

	(void)state;
	assert_int_equal(
	    match_text(router, HTTP_GET, "/dup", &route), ROUTER_FOUND);
	assert_ptr_equal(route.target, &rows[1]);
	/* GET answers HEAD, and it comes first. */
	assert_int_equal(
	    match_text(router, HTTP_HEAD, "/dup", &route), ROUTER_FOUND);
	assert_ptr_equal(route.target, &rows[1]);
	router_free(router);
}

static void
hands_back_the_pattern_and_its_groups(void **state)
{
	static const struct row rows[] = { { "GET", "/a/{x}/b/{y}" },
		{ "GET", "/a" } };
	struct router *router = make_router(rows, COUNT(rows));
	struct route route;
	int group;

	(void)state;
	assert_int_equal(
	    match_text(router, HTTP_GET, "/a/1/b/22", &route), ROUTER_FOUND);
	group = pattern_group(route.pattern, "y");
	assert_int_equal(group, 1);
	assert_int_equal(route.match.count, 2);
	assert_int_equal(route.match.start[group], 7);
	assert_int_equal(route.match.end[group], 9);
	assert_int_equal(
	    match_text(router, HTTP_GET, "/a", &route), ROUTER_FOUND);
	assert_int_equal(route.match.count, 0);
	router_free(router);
}

static void
takes_methods_in_any_case_and_separation(void **state)
{
	static const struct row rows[] = {
		{ " get,POST  put, ,m-search get", "/a" },
		{ "delete *", "/b" },
	};
	struct router *router = make_router(rows, COUNT(rows));
	char allow[ROUTER_ALLOW_SIZE];
	struct route route;

	(void)state;
	assert_int_equal(match_text(router, HTTP_DELETE, "/a", &route),
	    ROUTER_METHOD_NOT_ALLOWED);
	router_allow(route.allowed, allow);
	assert_string_equal(allow, "GET,HEAD,M-SEARCH,POST,PUT");
	assert_int_equal(
	    match_text(router, HTTP_UNLINK, "/b", &route), ROUTER_FOUND);
	assert_int_equal(match_text(router, HTTP_CONNECT, "/b", &route),
	    ROUTER_METHOD_NOT_ALLOWED);
	router_free(router);
}

static void
lists_every_method_within_the_bound(void **state)
{
	char allow[ROUTER_ALLOW_SIZE];

	(void)state;
	router_allow(UINT64_MAX, allow);
	assert_memory_equal(allow, "ACL,BIND,CHECKOUT,", 18);
	assert_non_null(strstr(allow, ",UNSUBSCRIBE"));
	router_allow(0, allow);
	assert_string_equal(allow, "");
}

static void
refuses_a_row_it_does_not_understand(void **state)
{
	static const struct {
		const char *methods, *pattern, *line;
	} rows[] = {
		{ "FOO", "/", "method \"FOO\" is not known" },
		{ "GET,FOO bar", "/", "method \"FOO\" is not known" },
		{ "GETT", "/", "method \"GETT\" is not known" },
		{ "GE", "/", "method \"GE\" is not known" },
		{ "GET|POST", "/", "method \"GET|POST\" is not known" },
		{ "", "/", "methods \"\" name no method" },
		{ " , ", "/", "methods \" , \" name no method" },
		{ "GET", "/a(",
		    "pattern \"/a(\": missing closing parenthesis at 3" },
	};
	struct router *router = router_new();
	struct route route;
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(router_add(router, rows[i].methods,
				     rows[i].pattern, NULL, &err),
		    -1);
		assert_string_equal(err.text, rows[i].line);
	}
	router_freeze(router);
	assert_int_equal(
	    match_text(router, HTTP_GET, "/", &route), ROUTER_NOT_FOUND);
	router_free(router);
}

static void
says_when_a_pattern_tried_too_much(void **state)
{
	static const struct row rows[] = { { "GET", "/(a+)+b" },
		{ "POST", "/(?P<all>.*)" } };
	const char *path = "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabx";
	struct router *router = make_router(rows, COUNT(rows));
	struct route route;

	(void)state;
	assert_int_equal(
	    match_text(router, HTTP_GET, path, &route), ROUTER_LIMIT);
	/* Row 1 answers it, so row 0 is not asked. */
	assert_int_equal(
	    match_text(router, HTTP_POST, path, &route), ROUTER_FOUND);
	assert_int_equal(
	    match_text(router, HTTP_PUT, path, &route), ROUTER_LIMIT);
	router_free(router);
}

static size_t
random_below(uint32_t *seed, size_t limit)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % limit;
}

/* A router, and the same patterns to be asked one by one. */
struct table {
	struct row rows[24];
	char texts[24][64];
	struct pattern *patterns[24];
	size_t count;
	struct router *router;
};

static const char *const pieces[] = { "/", "/", "a", "ab", "abc", "b", "{x}",
	"(?:a|/)", "[ab]+", ".*", "a?", "/?", "|", "\\.", "\xc3\xa5" };

static const char *const path_pieces[] = { "/", "/", "a", "ab", "abc", "b", ".",
	"\xc3\xa5" };

static void
random_text(uint32_t *seed, const char *const *from, size_t count, char *out)
{
	out[0] = '\0';
	for (size_t i = random_below(seed, 6); i > 0; i--)
		strcat(out, from[random_below(seed, count)]);
}

static void
fill(struct table *table, uint32_t *seed)
{
	struct row *row = table->rows;

	table->count = random_below(seed, COUNT(table->rows) + 1);
	for (size_t i = 0; i < table->count; i++, row++) {
		/* A name may come up twice, which is refused. */
		do {
			random_text(
			    seed, pieces, COUNT(pieces), table->texts[i]);
			table->patterns[i] = pattern_new(table->texts[i], NULL);
		} while (table->patterns[i] == NULL);
		row->pattern = table->texts[i];
		row->methods = random_below(seed, 3) == 0 ? "POST" : "GET";
	}
	table->router = make_router(table->rows, table->count);
}

static void
clear(struct table *table)
{
	router_free(table->router);
	for (size_t i = 0; i < table->count; i++)
		pattern_free(table->patterns[i]);
}

/* Asks one row after the other about a GET; *row is the one that answers. */
static enum router_verdict
match_one_by_one(
    const struct table *table, const char *path, const struct row **row)
{
	bool others = false;

	for (size_t i = 0; i < table->count; i++) {
		*row = &table->rows[i];
		if (pattern_match(
			table->patterns[i], path, strlen(path), NULL) != 1)
			continue;
		if (strcmp((*row)->methods, "GET") == 0)
			return ROUTER_FOUND;
		others = true;
	}
	return others ? ROUTER_METHOD_NOT_ALLOWED : ROUTER_NOT_FOUND;
}

static void
finds_what_asking_one_by_one_finds(void **state)
{
	struct table table;
	struct route route;
	const struct row *row;
	enum router_verdict verdict;
	uint32_t seed = 7;
	char path[64];

	(void)state;
	for (int i = 0; i < 50000; i++) {
		if (i % 100 == 0)
			fill(&table, &seed);
		random_text(&seed, path_pieces, COUNT(path_pieces), path);
		verdict = match_one_by_one(&table, path, &row);
		assert_int_equal(
		    match_text(table.router, HTTP_GET, path, &route), verdict);
		if (verdict == ROUTER_FOUND)
			assert_ptr_equal(route.target, row);
		if (i % 100 == 99)
			clear(&table);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_the_recorded_cases_do),
		cmocka_unit_test(hands_back_the_first_row_of_equal_ones),
		cmocka_unit_test(hands_back_the_pattern_and_its_groups),
		cmocka_unit_test(takes_methods_in_any_case_and_separation),
		cmocka_unit_test(lists_every_method_within_the_bound),
		cmocka_unit_test(refuses_a_row_it_does_not_understand),
		cmocka_unit_test(says_when_a_pattern_tried_too_much),
		cmocka_unit_test(finds_what_asking_one_by_one_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
