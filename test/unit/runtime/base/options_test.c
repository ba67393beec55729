#include "runtime/base/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
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

/* Sets http.port from that source. */
static void
set_port(struct options *options, enum option_source source, int port)
{
	struct error err = { "" };
	struct tomo_option rows[] = { TOMO_OPTION_INT("http.port", port),
		{ .key = NULL } };
	char text[64], *variables[] = { text, NULL };
	int failed = 0;

	switch (source) {
	case OPTION_DEFAULT:
		return;
	case OPTION_DESCRIPTOR:
		failed = options_set_descriptor(options, rows, &err);
		break;
	case OPTION_CONFIG:
		snprintf(text, sizeof(text), "{\"http.port\": %d}", port);
		failed = options_set_json(
		    options, "a.json", text, strlen(text), &err);
		break;
	case OPTION_ENVIRONMENT:
		snprintf(text, sizeof(text), "TOMODACHI_HTTP_PORT=%d", port);
		failed = options_set_environment(
		    options, variables, NULL, NULL, &err);
		break;
	case OPTION_COMMAND_LINE:
		snprintf(text, sizeof(text), "http.port=%d", port);
		failed = options_set_argument(options, text, &err);
		break;
	case OPTION_INIT:
		snprintf(text, sizeof(text), "%d", port);
		failed = options_set_init(options, "http.port", text, &err);
		break;
	}
	assert_string_equal(err.text, "");
	assert_int_equal(failed, 0);
}

static void
lets_the_higher_source_win_whatever_the_order(void **state)
{
	(void)state;
	for (int first = OPTION_DEFAULT; first <= OPTION_INIT; first++) {
		for (int then = OPTION_DEFAULT; then <= OPTION_INIT; then++) {
			struct options *options = options_new(
			    all_option_tables);
			int winner = first > then ? first : then;

			set_port(
			    options, (enum option_source)first, 1000 + first);
			set_port(
			    options, (enum option_source)then, 1000 + then);
			assert_int_equal(
			    options_source(options, "http.port"), winner);
			assert_int_equal(options_int(options, "http.port"),
			    winner == OPTION_DEFAULT ? 9700 : 1000 + winner);
			options_free(options);
		}
	}
}

static void
lets_the_later_of_one_source_win(void **state)
{
	for (int source = OPTION_CONFIG; source <= OPTION_INIT; source++) {
		set_port(*state, (enum option_source)source, 1);
		set_port(*state, (enum option_source)source, 2);
		assert_int_equal(options_int(*state, "http.port"), 2);
	}
}

static void
says_where_a_value_came_from(void **state)
{
	static const struct {
		enum option_source source;
		const char *origin;
	} rows[] = {
		{ OPTION_DEFAULT, "default" },
		{ OPTION_DESCRIPTOR, "descriptor" },
		{ OPTION_CONFIG, "a.json" },
		{ OPTION_ENVIRONMENT, "TOMODACHI_HTTP_PORT" },
		{ OPTION_COMMAND_LINE, "--option" },
		{ OPTION_INIT, "init hook" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		set_port(*state, rows[i].source, 1);
		assert_string_equal(
		    options_origin(*state, "http.port"), rows[i].origin);
	}
}

static void
checks_a_value_that_loses(void **state)
{
	struct error err;

	set_port(*state, OPTION_INIT, 1);
	assert_int_equal(options_set_argument(*state, "http.port=x", &err), -1);
	assert_int_equal(options_int(*state, "http.port"), 1);
}

static void
reads_each_type_by_its_accessor(void **state)
{
	static const char json[] =
	    "{\"http\": {\"host\": null,"
	    "\"client_max_size\": \"64K\", \"compression\": true,"
	    "\"real_ip_from\": [\"::1\", \"10.0.0.0/8\"],"
	    "\"max_keepalive_time\": null, \"charset\": \"latin1\"}}";
	const char *const *list;

	assert_int_equal(
	    options_set_json(*state, "a.json", json, strlen(json), NULL), 0);
	assert_null(options_text(*state, "http.host"));
	assert_true(options_is_null(*state, "http.host"));
	assert_int_equal(options_int(*state, "http.max_keepalive_time"), 0);
	assert_true(options_is_null(*state, "http.max_keepalive_time"));
	assert_false(options_is_null(*state, "http.keepalive_timeout"));
	assert_int_equal(options_int(*state, "http.client_max_size"), 65536);
	assert_true(options_bool(*state, "http.compression"));
	assert_string_equal(options_text(*state, "http.charset"), "latin1");
	list = options_list(*state, "http.real_ip_from");
	assert_string_equal(list[0], "::1");
	assert_string_equal(list[1], "10.0.0.0/8");
	assert_null(list[2]);
	assert_null(options_list(*state, "watcher.ignored_dirs")[0]);
}

static void
reads_a_string_where_a_bool_may_stand_as_true(void **state)
{
	static const struct {
		const char *argument, *text;
		bool is_on;
	} rows[] = {
		{ "http.access_log=false", NULL, false },
		{ "http.access_log=", NULL, false },
		{ "http.access_log=yes", NULL, true },
		{ "http.access_log=a.log", "a.log", true },
	};

	assert_true(options_bool(*state, "http.access_log"));
	assert_null(options_text(*state, "http.access_log"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
		    options_set_argument(*state, rows[i].argument, NULL), 0);
		assert_int_equal(
		    options_bool(*state, "http.access_log"), rows[i].is_on);
		if (rows[i].text == NULL)
			assert_null(options_text(*state, "http.access_log"));
		else
			assert_string_equal(
			    options_text(*state, "http.access_log"),
			    rows[i].text);
	}
}

static void
tells_false_and_null_apart_for_a_kms_key(void **state)
{
	static const char key[] = "aws_sns_sqs.sns_kms_master_key_id";

	assert_true(options_is_null(*state, key));
	assert_int_equal(options_set_init(*state, key, "false", NULL), 0);
	assert_false(options_is_null(*state, key));
	assert_string_equal(options_text(*state, key), "");
	assert_int_equal(options_set_init(*state, key, "\"\"", NULL), 0);
	assert_string_equal(options_text(*state, key), "");
	assert_int_equal(options_set_init(*state, key, "\"a\"", NULL), 0);
	assert_string_equal(options_text(*state, key), "a");
	assert_int_equal(options_set_init(*state, key, "true", NULL), -1);
}

static void
hands_on_all_that_was_set_and_nothing_else(void **state)
{
	struct options *other = options_new(all_option_tables);
	char *dump = options_dump(*state), *again;

	assert_string_equal(dump, "{}");
	free(dump);
	/* Set to what it is by default, it must still beat a descriptor. */
	set_port(*state, OPTION_COMMAND_LINE, 9700);
	options_set_argument(*state, "http.real_ip_from=a,b", NULL);
	options_set_argument(*state, "amqp.password=hunter2", NULL);
	options_set_argument(*state, "http.host=null", NULL);
	dump = options_dump(*state);
	assert_string_equal(dump,
	    "{\"http.port\":9700,\"http.host\":null,"
	    "\"http.real_ip_from\":[\"a\",\"b\"],"
	    "\"amqp.password\":\"hunter2\"}");

	assert_int_equal(
	    options_set_json(other, "dump", dump, strlen(dump), NULL), 0);
	again = options_dump(other);
	assert_string_equal(again, dump);
	options_free(other);
	free(again);
	free(dump);
}

static void
gives_a_copy_as_json(void **state)
{
	json_t *list;

	options_set_argument(*state, "http.real_ip_from=a,b", NULL);
	list = options_json(*state, "http.real_ip_from");
	json_array_clear(list);
	json_decref(list);
	assert_string_equal(options_list(*state, "http.real_ip_from")[1], "b");
}

static void
knows_its_rows(void **state)
{
	assert_int_equal(options_row(*state, "http.port")->type, OPTION_INT);
	assert_null(options_row(*state, "http"));
	assert_null(options_row(*state, "http.port2"));
}

static void
takes_any_json_from_the_init_hook(void **state)
{
	static const struct {
		const char *key, *json, *error;
	} rows[] = {
		{ "http.port", "8080", NULL },
		{ "http.host", "null", NULL },
		{ "http.real_ip_from", "[\"::1\"]", NULL },
		{ "http.port", "\"80\"",
		    "http.port: want 0 to 65535, got "
		    "\"80\" (from the init hook)" },
		{ "http.prot", "80",
		    "http.prot: no such option, nearest is "
		    "http.port (from the init hook)" },
		{ "http.port", "80 90",
		    "http.port: not JSON (from the init hook)" },
		{ "http.port", "", "http.port: not JSON (from the init hook)" },
		{ "amqp.password", "hunter2",
		    "amqp.password: not JSON (from the init hook)" },
	};
	struct error err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int failed = options_set_init(
		    *state, rows[i].key, rows[i].json, &err);

		assert_int_equal(failed, rows[i].error == NULL ? 0 : -1);
		if (rows[i].error != NULL)
			assert_string_equal(err.text, rows[i].error);
	}
	assert_int_equal(options_int(*state, "http.port"), 8080);
}

#define OPTIONS_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_the_higher_source_win_whatever_the_order),
		OPTIONS_TEST(lets_the_later_of_one_source_win),
		OPTIONS_TEST(says_where_a_value_came_from),
		OPTIONS_TEST(checks_a_value_that_loses),
		OPTIONS_TEST(reads_each_type_by_its_accessor),
		OPTIONS_TEST(reads_a_string_where_a_bool_may_stand_as_true),
		OPTIONS_TEST(tells_false_and_null_apart_for_a_kms_key),
		OPTIONS_TEST(hands_on_all_that_was_set_and_nothing_else),
		OPTIONS_TEST(gives_a_copy_as_json),
		OPTIONS_TEST(knows_its_rows),
		OPTIONS_TEST(takes_any_json_from_the_init_hook),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
