#include "transports/http/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/arena.h"

static const struct head_limits limits = { 65536, 100 };

struct result {
	int status; /* 0, or what it is refused with */
	size_t len; /* of the head */
	unsigned lines;
};

/* Finds the head by pieces of step bytes, each from memory of its exact size. */
static struct result
find(const char *text, size_t len, size_t step)
{
	struct head_scan scan = { 0 };

	for (size_t have = step;; have += step) {
		size_t part = have < len ? have : len;
		char *copy = malloc(part);
		long found;

		memcpy(copy, text, part);
		found = head_find(&scan, copy, part, &limits);
		free(copy);
		if (found != 0)
			return (struct result) { found < 0 ? (int)-found : 0,
				found > 0 ? (size_t)found : 0, scan.lines };
		if (part == len)
			return (struct result) { -1, 0, scan.lines };
	}
}

/* Finds and parses text; the status, or 0 with *head filled from arena. */
static int
parse(const char *text, struct head *head, struct arena *arena)
{
	struct result whole = find(text, strlen(text), strlen(text));
	struct result bytes = find(text, strlen(text), 1);
	char *copy;

	assert_int_equal(whole.status, bytes.status);
	assert_int_equal(whole.len, bytes.len);
	if (whole.status != 0)
		return whole.status;
	copy = arena_strndup(arena, text, whole.len);
	return head_parse(head, copy, whole.len, whole.lines, arena);
}

static void
refuses_what_is_no_request_with_the_right_status(void **state)
{
	static const struct {
		const char *text;
		int status;
	} rows[] = {
		{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0 },
		{ "GET / HTTP/1.0\r\n\r\n", 0 },
		{ "BAD\r\n\r\n", 400 },
		{ "\1\2\3\r\n\r\n", 400 },
		{ "GET /text\r\n", 400 },
		{ "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505 },
		{ "GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505 },
		{ "GET / HTTP/1.1\nHost: x\n\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0 },
		{ "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nA: \1\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nA: a\rb\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n", 400 },
		{ "GET  HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET\t/\tHTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "\rGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET text HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET /\1 HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "GET /#a HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "FOO / HTTP/1.1\r\nHost: x\r\n\r\n", 501 },
		{ "get / HTTP/1.1\r\nHost: x\r\n\r\n", 501 },
		{ "GETX / HTTP/1.1\r\nHost: x\r\n\r\n", 501 },
		{ "G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
	};
	char memory[8192];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena arena;
		struct head head;
		int status;

		arena_init(&arena, memory, sizeof(memory));
		status = parse(rows[i].text, &head, &arena);
		if (status != rows[i].status)
			print_error("%s\n", rows[i].text);
		assert_int_equal(status, rows[i].status);
		arena_clear(&arena);
	}
}

static void
refuses_framing_that_two_readers_could_disagree_on(void **state)
{
	static const struct {
		const char *headers;
		int status;
	} rows[] = {
		{ "Content-Length: 3\r\n", 0 },
		{ "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400 },
		{ "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", 400 },
		{ "Transfer-Encoding: chunked\r\n", 0 },
		{ "Transfer-Encoding: CHUNKED\r\n", 0 },
		{ "Transfer-Encoding: chunked\r\n"
		  "Transfer-Encoding: chunked\r\n",
		    400 },
		{ "Transfer-Encoding: gzip, chunked\r\n", 501 },
		{ "Transfer-Encoding: chunked, identity\r\n", 501 },
		{ "Transfer-Encoding: identity\r\n", 501 },
		{ "Transfer-Encoding: xchunked\r\n", 501 },
		{ "Transfer-Encoding: \"chunked\"\r\n", 501 },
		{ "Transfer-Encoding:\vchunked\r\n", 400 },
		{ "Transfer-Encoding:\r\n", 501 },
		{ "Content-Length: 3\r\nContent-Length: 3\r\n", 400 },
		{ "Content-Length: 3\r\nContent-Length: 4\r\n", 400 },
		{ "Content-Length: 3, 3\r\n", 400 },
		{ "Content-Length: +3\r\n", 400 },
		{ "Content-Length: -3\r\n", 400 },
		{ "Content-Length: 0x3\r\n", 400 },
		{ "Content-Length: 3 3\r\n", 400 },
		{ "Content-Length:\r\n", 400 },
		{ "Content-Length: 18446744073709551616\r\n", 400 },
		{ "Content-Length: 99999999999999999999\r\n", 400 },
	};
	char memory[8192], text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena arena;
		struct head head;
		int status;

		arena_init(&arena, memory, sizeof(memory));
		snprintf(text, sizeof(text),
		    "POST / HTTP/1.1\r\nHost: x\r\n%s\r\n", rows[i].headers);
		status = parse(text, &head, &arena);
		if (status != rows[i].status &&
		    (status == 0 || rows[i].status == 0))
			print_error("%s -> %d\n", rows[i].headers, status);
		/* llhttp may find another fault first; refused it must be. */
		assert_int_equal(status != 0, rows[i].status != 0);
		assert_true(status == 0 || status == 400 || status == 501);
		arena_clear(&arena);
	}
}

static void
reads_the_parts_of_a_head(void **state)
{
	static const char text[] =
	    "POST /a%20b/c?x=1&y HTTP/1.1\r\n"
	    "Host: example.org:80\r\nX-Empty:\r\nX-Pad: \t padded \t \r\n"
	    "Expect: 100-continue\r\nContent-Length: 12\r\n\r\nrest";
	char memory[8192];
	struct arena arena;
	struct head head;

	(void)state;
	arena_init(&arena, memory, sizeof(memory));
	assert_int_equal(parse(text, &head, &arena), 0);
	assert_string_equal(head.path, "/a b/c");
	assert_string_equal(head.raw_path, "/a%20b/c");
	assert_string_equal(head.query, "x=1&y");
	assert_int_equal(head.nheaders, 5);
	assert_string_equal(head_find_header(&head, "x-empty", 7)->value, "");
	assert_string_equal(
	    head_find_header(&head, "X-PAD", 5)->value, "padded");
	assert_null(head_find_header(&head, "X-None", 6));
	assert_true(head.expects_continue);
	assert_true(head.keep_alive);
	assert_int_equal(head.length, 12);
	arena_clear(&arena);
}

static void
finds_the_path_of_an_absolute_target(void **state)
{
	static const struct {
		const char *target, *path, *query;
	} rows[] = {
		{ "http://x/text", "/text", "" },
		{ "http://x:80/a/b?c=d", "/a/b", "c=d" },
		{ "http://x", "/", "" },
		{ "http://x?q=/z", "/", "q=/z" },
		{ "/a?b=http://x/y", "/a", "b=http://x/y" },
		{ "*", "*", "" },
	};
	char memory[8192], text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena arena;
		struct head head;

		arena_init(&arena, memory, sizeof(memory));
		snprintf(text, sizeof(text),
		    "OPTIONS %s HTTP/1.1\r\nHost: x\r\n\r\n", rows[i].target);
		assert_int_equal(parse(text, &head, &arena), 0);
		assert_string_equal(head.path, rows[i].path);
		assert_string_equal(head.query, rows[i].query);
		arena_clear(&arena);
	}
}

static void
bounds_lines_headers_and_the_whole_head(void **state)
{
	char *text = malloc(300000);
	size_t len;

	(void)state;
	memset(text, 'p', 300000);
	memcpy(text, "GET /", 5);
	assert_int_equal(find(text, 9000, 9000).status, 414);
	len = (size_t)sprintf(text, "GET / HTTP/1.1\r\nX: ");
	memset(text + len, 'v', 9000);
	assert_int_equal(find(text, len + 9000, len + 9000).status, 400);
	memset(text + len, 'v', 8000);
	memcpy(text + len + 8000, "\r\n\r\n", 4);
	assert_int_equal(find(text, len + 8004, len + 8004).status, 0);
	len = (size_t)sprintf(text, "GET / HTTP/1.1\r\n");
	for (int i = 0; i < 101; i++)
		len += (size_t)sprintf(text + len, "A: b\r\n");
	assert_int_equal(find(text, len, len).status, 431);
	len = (size_t)sprintf(text, "GET / HTTP/1.1\r\n");
	for (int i = 0; i < 99; i++)
		len += (size_t)sprintf(text + len, "A: %01000d\r\n", i);
	assert_int_equal(find(text, len, len).status, 431);
	free(text);
}

static void
knows_which_connections_may_stay_open(void **state)
{
	static const struct {
		const char *text;
		bool keep_alive;
	} rows[] = {
		{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n", true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		    false },
		{ "GET / HTTP/1.1\r\nHost: x\r\nConnection: CLOSE\r\n\r\n",
		    false },
		{ "GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, close\r\n\r\n",
		    false },
		{ "GET / HTTP/1.0\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
		  "Upgrade: foo\r\n\r\n",
		    true },
	};
	char memory[8192];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena arena;
		struct head head;

		arena_init(&arena, memory, sizeof(memory));
		assert_int_equal(parse(rows[i].text, &head, &arena), 0);
		if (head.keep_alive != rows[i].keep_alive)
			fail_msg("%s", rows[i].text);
		arena_clear(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    refuses_what_is_no_request_with_the_right_status),
		cmocka_unit_test(
		    refuses_framing_that_two_readers_could_disagree_on),
		cmocka_unit_test(reads_the_parts_of_a_head),
		cmocka_unit_test(finds_the_path_of_an_absolute_target),
		cmocka_unit_test(bounds_lines_headers_and_the_whole_head),
		cmocka_unit_test(knows_which_connections_may_stay_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
