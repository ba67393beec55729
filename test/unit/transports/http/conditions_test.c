#include "transports/http/conditions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/arena.h"
#include "transports/http/head.h"

#define CHANGED "Tue, 14 Nov 2023 22:13:20 GMT" /* 1700000000 */
#define BEFORE "Tue, 14 Nov 2023 22:13:19 GMT"
#define AFTER "Tue, 14 Nov 2023 22:13:21 GMT"

static const struct validators now = { "\"tag\"", 1700000000, 1790000000 };

/* A GET with these headers, and memory for its head. */
struct request {
	struct arena arena;
	char memory[4096];
	struct head head;
};

static void
parse(struct request *request, const char *headers)
{
	char *text = malloc(1024);
	struct head_scan scan = { 0 };
	const struct head_limits limits = { 4096, 100 };
	long len;

	arena_init(&request->arena, request->memory, sizeof(request->memory));
	len = sprintf(text, "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", headers);
	assert_int_equal(head_find(&scan, text, (size_t)len, &limits), len);
	assert_int_equal(head_parse(&request->head,
			     arena_strndup(&request->arena, text, (size_t)len),
			     (size_t)len, scan.lines, &request->arena),
	    0);
	free(text);
}

static void
checks_conditions_in_their_order(void **state)
{
	static const struct {
		const char *headers;
		int status;
	} rows[] = {
		{ "", 200 },
		{ "If-None-Match: \"tag\"\r\n", 304 },
		{ "If-None-Match: W/\"tag\"\r\n", 304 },
		{ "If-None-Match: \"a\", \"tag\"\r\n", 304 },
		{ "If-None-Match: \"a\"\r\nIf-None-Match: \"tag\"\r\n", 304 },
		{ "If-None-Match: *\r\n", 304 },
		{ "If-None-Match: \"nope\"\r\n", 200 },
		{ "If-None-Match: tag\r\n", 200 },
		{ "If-None-Match: \"tag\r\n", 200 },
		{ "If-None-Match: \"a,\"tag\"\r\n", 200 },
		{ "If-Modified-Since: " CHANGED "\r\n", 304 },
		{ "If-Modified-Since: " AFTER "\r\n", 304 },
		{ "If-Modified-Since: " BEFORE "\r\n", 200 },
		{ "If-Modified-Since: soon\r\n", 200 },
		/* The tag decides where there are both. */
		{ "If-None-Match: \"a\"\r\nIf-Modified-Since: " AFTER "\r\n",
		    200 },
		{ "If-Match: \"tag\"\r\n", 200 },
		{ "If-Match: *\r\n", 200 },
		{ "If-Match: W/\"tag\"\r\n", 412 },
		{ "If-Match: \"a\", \"b\"\r\n", 412 },
		{ "If-Unmodified-Since: " CHANGED "\r\n", 200 },
		{ "If-Unmodified-Since: " BEFORE "\r\n", 412 },
		{ "If-Unmodified-Since: soon\r\n", 200 },
		{ "If-Match: \"tag\"\r\nIf-Unmodified-Since: " BEFORE "\r\n",
		    200 },
		{ "If-Match: \"tag\"\r\nIf-None-Match: \"tag\"\r\n", 304 },
		{ "If-Match: \"a\"\r\nIf-None-Match: \"tag\"\r\n", 412 },
	};
	static const int statuses[] = { 200, 304, 412 };
	struct request request;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		parse(&request, rows[i].headers);
		if (statuses[conditions_check(&request.head, &now)] !=
		    rows[i].status)
			fail_msg("%s", rows[i].headers);
		arena_clear(&request.arena);
	}
}

static void
lets_a_range_count_only_for_the_same_file(void **state)
{
	static const struct {
		const char *headers;
		bool allows;
	} rows[] = {
		{ "", true },
		{ "If-Range: \"tag\"\r\n", true },
		{ "If-Range: W/\"tag\"\r\n", false },
		{ "If-Range: \"old\"\r\n", false },
		{ "If-Range: " CHANGED "\r\n", true },
		{ "If-Range: " AFTER "\r\n", false },
		{ "If-Range: " BEFORE "\r\n", false },
		{ "If-Range: *\r\n", false },
	};
	struct validators just_now = now;
	struct request request;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		parse(&request, rows[i].headers);
		if (conditions_allow_range(&request.head, &now) !=
		    rows[i].allows)
			fail_msg("%s", rows[i].headers);
		arena_clear(&request.arena);
	}
	just_now.now_s = just_now.modified_s + 1;
	parse(&request, "If-Range: " CHANGED "\r\n");
	assert_false(conditions_allow_range(&request.head, &just_now));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_conditions_in_their_order),
		cmocka_unit_test(lets_a_range_count_only_for_the_same_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
