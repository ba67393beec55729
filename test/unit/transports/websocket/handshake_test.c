#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "transports/websocket/extension.h"
#include "transports/websocket/handshake.h"

static void
proves_that_it_read_the_key(void **state)
{
	char accept[HANDSHAKE_ACCEPT_SIZE];

	(void)state;
	/* Of RFC 6455 1.3, and of the Wikipedia's example. */
	handshake_accept("dGhlIHNhbXBsZSBub25jZQ==", accept);
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	handshake_accept("x3JJHMbDL1EzLkh9GBhXDw==", accept);
	assert_string_equal(accept, "HSmrc0sMlYUkAGmm5OPpG2HaGWk=");
}

static void
knows_a_key(void **state)
{
	static const char *const bad[] = { "", "==", "dGhlIHNhbXBsZSBub25jZQ",
		"dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
		"dGhlIHNhbXBsZSBub25jZQQ==", "dGhlIHNhbXBsZSBub25jZ-==",
		" dGhlIHNhbXBsZSBub25jZQ==" };

	(void)state;
	assert_true(handshake_is_key("dGhlIHNhbXBsZSBub25jZQ=="));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(handshake_is_key(bad[i]));
}

static void
picks_the_first_subprotocol_that_both_know(void **state)
{
	static const struct {
		const char *wanted, *ours, *got;
	} rows[] = {
		{ "a", "a", "a" },
		{ "b, a", "a b", "b" },
		{ "c ,\ta", "a, b", "a" },
		{ "aa", "a", NULL },
		{ "a", "aa", NULL },
		{ "A", "a", NULL },
		{ ",, ,", "a", NULL },
		{ "", "a", NULL },
		{ "a", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *start = NULL;
		const size_t len = handshake_subprotocol(
		    rows[i].wanted, rows[i].ours, &start);

		assert_int_equal(
		    len, rows[i].got != NULL ? strlen(rows[i].got) : 0);
		if (len > 0)
			assert_memory_equal(start, rows[i].got, len);
	}
}

static void
lets_pages_of_the_list_connect_and_what_is_no_page(void **state)
{
	static const char *const list[] = { "https://a.example", NULL };
	static const char *const none[] = { NULL };

	(void)state;
	assert_true(handshake_is_allowed("https://a.example", list));
	assert_true(handshake_is_allowed("https://A.Example", list));
	assert_true(handshake_is_allowed(NULL, list));
	assert_true(handshake_is_allowed("https://b.example", none));
	assert_false(handshake_is_allowed("https://b.example", list));
	assert_false(handshake_is_allowed("https://a.example.org", list));
	assert_false(handshake_is_allowed("null", list));
}

#define DEFLATE "permessage-deflate"

static void
agrees_to_the_first_offer_that_it_can_meet(void **state)
{
	static const struct {
		const char *offers, *answer; /* NULL: none */
	} rows[] = {
		{ DEFLATE, DEFLATE },
		{ " " DEFLATE " ", DEFLATE },
		{ DEFLATE "; client_max_window_bits",
		    DEFLATE "; client_max_window_bits=12" },
		{ DEFLATE ";client_max_window_bits=10",
		    DEFLATE "; client_max_window_bits=10" },
		{ DEFLATE "; client_max_window_bits=8",
		    DEFLATE "; client_max_window_bits=8" },
		{ DEFLATE "; client_max_window_bits=\"15\"",
		    DEFLATE "; client_max_window_bits=12" },
		{ DEFLATE "; server_max_window_bits=15",
		    DEFLATE "; server_max_window_bits=12" },
		{ DEFLATE "; server_max_window_bits=9",
		    DEFLATE "; server_max_window_bits=9" },
		{ DEFLATE "; server_no_context_takeover; "
			  "client_no_context_takeover",
		    DEFLATE "; server_no_context_takeover; "
			    "client_no_context_takeover" },
		/* Falls back to what comes after it. */
		{ DEFLATE "; server_max_window_bits=8, " DEFLATE, DEFLATE },
		{ "x-unknown, " DEFLATE, DEFLATE },
		{ "", NULL },
		{ "x-webkit-deflate-frame", NULL },
		{ "permessage-deflate2", NULL },
		{ DEFLATE "; unknown", NULL },
		{ DEFLATE "; server_max_window_bits", NULL },
		{ DEFLATE "; server_max_window_bits=8", NULL },
		{ DEFLATE "; server_max_window_bits=16", NULL },
		{ DEFLATE "; server_max_window_bits=010", NULL },
		{ DEFLATE "; server_max_window_bits=", NULL },
		{ DEFLATE "; client_max_window_bits=7", NULL },
		{ DEFLATE "; client_max_window_bits=1a", NULL },
		{ DEFLATE "; client_max_window_bits=\"", NULL },
		{ DEFLATE "; server_no_context_takeover=1", NULL },
		{ DEFLATE "; server_no_context_takeover; "
			  "server_no_context_takeover",
		    NULL },
		{ DEFLATE "; client_max_window_bits; client_max_window_bits",
		    NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ws_deflate agreed;
		char text[EXTENSION_SIZE];

		assert_int_equal(extension_accept(rows[i].offers, &agreed),
		    rows[i].answer != NULL);
		assert_int_equal(agreed.is_on, rows[i].answer != NULL);
		if (rows[i].answer == NULL)
			continue;
		extension_write(&agreed, text);
		assert_string_equal(text, rows[i].answer);
	}
}

static void
has_room_for_the_longest_answer(void **state)
{
	struct ws_deflate agreed;
	char text[EXTENSION_SIZE];

	(void)state;
	assert_true(extension_accept(DEFLATE
	    "; server_no_context_takeover; client_no_context_takeover; "
	    "server_max_window_bits=12; client_max_window_bits=12",
	    &agreed));
	extension_write(&agreed, text);
	assert_true(strlen(text) < EXTENSION_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proves_that_it_read_the_key),
		cmocka_unit_test(knows_a_key),
		cmocka_unit_test(picks_the_first_subprotocol_that_both_know),
		cmocka_unit_test(
		    lets_pages_of_the_list_connect_and_what_is_no_page),
		cmocka_unit_test(agrees_to_the_first_offer_that_it_can_meet),
		cmocka_unit_test(has_room_for_the_longest_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
