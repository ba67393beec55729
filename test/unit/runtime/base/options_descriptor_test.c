#include "runtime/base/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <tomodachi/abi.h>

#include "transports/all.h"

static int
setup(void **state)
{
	*state = options_new(all_option_tables);
	return 0;
}

static int
teardown(void **state)
{
	options_free(*state);
	return 0;
}

static void
reads_a_row_of_each_type(void **state)
{
	const struct tomo_option *rows = TOMO_OPTIONS(
	    TOMO_OPTION_INT("http.port", 4711),
	    TOMO_OPTION_INT("http.body_memory_size", 4096),
	    TOMO_OPTION_STRING("http.client_max_size", "64K"),
	    TOMO_OPTION_BOOL("http.compression", 2),
	    TOMO_OPTION_STRING("amqp.host", "a"), TOMO_OPTION_NULL("http.host"),
	    TOMO_OPTION_BOOL("aws_sns_sqs.sns_kms_master_key_id", 0),
	    TOMO_OPTION_STRING("http.access_log", "a.log"),
	    TOMO_OPTION_STRING("watcher.ignored_dirs", "one"),
	    TOMO_OPTION_LIST("http.real_ip_from", "127.0.0.1/32", "::1"));

	assert_int_equal(options_set_descriptor(*state, rows, NULL), 0);
	assert_int_equal(options_int(*state, "http.port"), 4711);
	assert_int_equal(options_int(*state, "http.body_memory_size"), 4096);
	assert_int_equal(options_int(*state, "http.client_max_size"), 65536);
	assert_true(options_bool(*state, "http.compression"));
	assert_string_equal(options_text(*state, "amqp.host"), "a");
	assert_true(options_is_null(*state, "http.host"));
	assert_string_equal(
	    options_text(*state, "aws_sns_sqs.sns_kms_master_key_id"), "");
	assert_string_equal(options_text(*state, "http.access_log"), "a.log");
	assert_string_equal(
	    options_list(*state, "watcher.ignored_dirs")[0], "one");
	assert_string_equal(
	    options_list(*state, "http.real_ip_from")[1], "::1");
	assert_string_equal(options_origin(*state, "http.port"), "descriptor");
}

static void
takes_no_table_as_an_empty_one(void **state)
{
	assert_int_equal(options_set_descriptor(*state, NULL, NULL), 0);
	assert_int_equal(options_source(*state, "http.port"), OPTION_DEFAULT);
}

static void
refuses_with_the_key_what_was_wanted_and_what_came(void **state)
{
	static const char *const bad_list[] = { "a", "\xff", NULL };
	static const struct {
		struct tomo_option row;
		const char *error;
	} rows[] = {
		{ TOMO_OPTION_INT("http.port", 65536),
		    "http.port: want 0 to "
		    "65535, got 65536 (from the descriptor)" },
		{ TOMO_OPTION_INT("http.port", INT64_MIN),
		    "http.port: want 0 "
		    "to 65535, got -9223372036854775808 (from the "
		    "descriptor)" },
		{ TOMO_OPTION_STRING("http.port", "80"),
		    "http.port: want 0 "
		    "to 65535, got \"80\" (from the descriptor)" },
		{ TOMO_OPTION_BOOL("http.port", 1),
		    "http.port: want 0 to "
		    "65535, got true (from the descriptor)" },
		{ TOMO_OPTION_NULL("http.port"),
		    "http.port: want 0 to 65535, "
		    "got null (from the descriptor)" },
		{ TOMO_OPTION_INT("htp.port", 80),
		    "htp.port: no such option, "
		    "nearest is http.port (from the descriptor)" },
		{ TOMO_OPTION_STRING("http.host", "\xff"),
		    "http.host: want "
		    "UTF-8 text, got other bytes (from the descriptor)" },
		{ TOMO_OPTION_STRING("http.host", NULL),
		    "http.host: want "
		    "UTF-8 text, got a null pointer (from the descriptor)" },
		{ { "http.real_ip_from", TOMO_TYPE_LIST, 0, NULL },
		    "http.real_ip_from: want UTF-8 text, got a null pointer "
		    "(from the descriptor)" },
		{ { "http.real_ip_from", TOMO_TYPE_LIST, 0, bad_list },
		    "http.real_ip_from: want UTF-8 text, got other bytes "
		    "(from the descriptor)" },
		{ { "http.port", 0, 80, NULL },
		    "http.port: want a known "
		    "type, got type 0 (from the descriptor)" },
		{ { "http.port", 6, 80, NULL },
		    "http.port: want a known "
		    "type, got type 6 (from the descriptor)" },
		{ TOMO_OPTION_INT("amqp.password", 5),
		    "amqp.password: want "
		    "UTF-8 text, got a number (from the descriptor)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct tomo_option table[] = { rows[i].row,
			{ .key = NULL } };
		struct error err = { "" };
		int failed = options_set_descriptor(*state, table, &err);

		assert_string_equal(err.text, rows[i].error);
		assert_int_equal(failed, -1);
	}
}

static void
refuses_a_key_that_is_there_twice(void **state)
{
	const struct tomo_option *rows = TOMO_OPTIONS(
	    TOMO_OPTION_INT("http.port", 80), TOMO_OPTION_INT("amqp.port", 80),
	    TOMO_OPTION_INT("http.port", 80));
	struct error err;

	assert_int_equal(options_set_descriptor(*state, rows, &err), -1);
	assert_string_equal(err.text,
	    "http.port: want one value, got two "
	    "(from the descriptor)");
}

#define OPTIONS_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OPTIONS_TEST(reads_a_row_of_each_type),
		OPTIONS_TEST(takes_no_table_as_an_empty_one),
		OPTIONS_TEST(
		    refuses_with_the_key_what_was_wanted_and_what_came),
		OPTIONS_TEST(refuses_a_key_that_is_there_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
