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
reads_an_argument_by_the_type_of_its_option(void **state)
{
	static const struct {
		const char *key, *text, *json;
	} rows[] = {
		{ "http.port", "0", "0" },
		{ "http.port", "65535", "65535" },
		{ "http.port", "0080", "80" },
		{ "http.max_keepalive_time", "null", "null" },
		{ "http.client_max_size", "1", "1" },
		{ "http.client_max_size", "64K", "65536" },
		{ "http.client_max_size", "64k", "65536" },
		{ "http.client_max_size", "1M", "1048576" },
		{ "http.client_max_size", "2G", "2147483648" },
		{ "http.client_max_size", "1024G", "1099511627776" },
		{ "http.compression", "true", "true" },
		{ "http.compression", "1", "true" },
		{ "http.compression", "yes", "true" },
		{ "http.compression", "False", "false" },
		{ "http.compression", "0", "false" },
		{ "http.compression", "no", "false" },
		{ "http.charset", "", "\"\"" },
		{ "http.charset", "null", "\"null\"" },
		{ "http.charset", "a=b,c", "\"a=b,c\"" },
		{ "http.host", "null", "null" },
		{ "http.host", "", "\"\"" },
		{ "http.real_ip_from", "", "[]" },
		{ "http.real_ip_from", "::1", "[\"::1\"]" },
		{ "http.real_ip_from", "a,b,c", "[\"a\", \"b\", \"c\"]" },
		{ "http.real_ip_from", " a , b c ,,", "[\"a\", \"b c\"]" },
		{ "http.access_log", "1", "true" },
		{ "http.access_log", "log/a.log", "\"log/a.log\"" },
		{ "aws_sns_sqs.sqs_kms_master_key_id", "false", "\"\"" },
		{ "aws_sns_sqs.sqs_kms_master_key_id", "null", "null" },
		{ "aws_sns_sqs.sqs_kms_master_key_id", "k", "\"k\"" },
		{ "amqp.password", "a\tb", "\"a\\tb\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct error err = { "" };
		char argument[100], *text;
		json_t *value;

		snprintf(argument, sizeof(argument), "%s=%s", rows[i].key,
		    rows[i].text);
		options_set_argument(*state, argument, &err);
		assert_string_equal(err.text, "");
		value = options_json(*state, rows[i].key);
		text = json_dumps(value, JSON_ENCODE_ANY);
		assert_string_equal(text, rows[i].json);
		json_decref(value);
		free(text);
	}
}

static void
refuses_an_argument_with_the_key_and_what_was_wanted(void **state)
{
	static const char *const rows[][2] = {
		{ "http.port=65536",
		    "http.port: want 0 to 65535, got "
		    "\"65536\" (from --option)" },
		{ "http.port=-1",
		    "http.port: want 0 to 65535, got \"-1\" (from --option)" },
		{ "http.port=",
		    "http.port: want 0 to 65535, got \"\" (from --option)" },
		{ "http.port=-",
		    "http.port: want 0 to 65535, got \"-\" (from --option)" },
		{ "http.port= 80",
		    "http.port: want 0 to 65535, got \" 80\" (from --option)" },
		{ "http.port=+80",
		    "http.port: want 0 to 65535, got \"+80\" (from --option)" },
		{ "http.port=0x50",
		    "http.port: want 0 to 65535, got "
		    "\"0x50\" (from --option)" },
		{ "http.port=80\n",
		    "http.port: want 0 to 65535, got "
		    "\"80\\n\" (from --option)" },
		{ "http.port=null",
		    "http.port: want 0 to 65535, got "
		    "\"null\" (from --option)" },
		{ "http.port=18446744073709551696",
		    "http.port: want 0 to "
		    "65535, got \"18446744073709551696\" (from --option)" },
		{ "http.client_max_size=9223372036854775807G",
		    "http.client_max_size: want 1 to 1099511627776, or text "
		    "such as \"64K\", got \"9223372036854775807G\" "
		    "(from --option)" },
		{ "http.client_max_size=K",
		    "http.client_max_size: want 1 to "
		    "1099511627776, or text such as \"64K\", got \"K\" "
		    "(from --option)" },
		{ "http.client_max_size=1KB",
		    "http.client_max_size: want 1 "
		    "to 1099511627776, or text such as \"64K\", got \"1KB\" "
		    "(from --option)" },
		{ "http.client_max_size=0",
		    "http.client_max_size: want 1 to "
		    "1099511627776, or text such as \"64K\", got \"0\" "
		    "(from --option)" },
		{ "http.compression=2",
		    "http.compression: want true or "
		    "false, got \"2\" (from --option)" },
		{ "http.compression=",
		    "http.compression: want true or "
		    "false, got \"\" (from --option)" },
		{ "http.host=\xff",
		    "http.host: want printable text or null, "
		    "got \"\\xff\" (from --option)" },
		{ "http.real_ip_from=a,\xff",
		    "http.real_ip_from: want a list "
		    "of printable texts, got \"a,\\xff\" (from --option)" },
		{ "http.server_header=a\nb",
		    "http.server_header: want "
		    "printable text, got \"a\\nb\" (from --option)" },
		{ "amqp.password=hunter\xff",
		    "amqp.password: want UTF-8 "
		    "text, got other text (from --option)" },
		{ "http.prot=80",
		    "http.prot: no such option, nearest is "
		    "http.port (from --option)" },
		{ "http.port =80",
		    "http.port : no such option, nearest is "
		    "http.port (from --option)" },
		{ "HTTP.PORT=80",
		    "HTTP.PORT: no such option, nearest is "
		    "http.port (from --option)" },
		{ "http.port",
		    "http.port: want KEY=VALUE, got no value "
		    "(from --option)" },
		{ "=5",
		    "\"\": no such option, nearest is amqp.ssl "
		    "(from --option)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct error err = { "" };
		int failed = options_set_argument(*state, rows[i][0], &err);

		assert_string_equal(err.text, rows[i][1]);
		assert_int_equal(failed, -1);
	}
}

static char unknown[256];

static void
note_unknown(const char *name, const char *nearest)
{
	size_t len = strlen(unknown);

	snprintf(unknown + len, sizeof(unknown) - len, "%s:%s ", name, nearest);
}

static void
reads_its_variables_and_hands_on_the_unknown_ones(void **state)
{
	static const char *const others[] = { "TOMODACHI_LOGGER", NULL };
	char *variables[] = { "PATH=/bin", "TOMODACHI_HTTP_PORT=8080",
		"TOMODACHI_AMQP_QOS_QUEUE_PREFETCH_COUNT=7",
		"TOMODACHI_AWS_ENDPOINT_URLS_SNS=http://a:1",
		"TOMODACHI_HTTP_REAL_IP_FROM=::1,10.0.0.0/8",
		"TOMODACHI_LOGGER=json", "TOMODACHI_HTTP_PROT=80",
		"TOMODACHI_http_host=a", "TOMODACHI_HTTP_HOST",
		"tomodachi_HTTP_HOST=a", NULL };

	unknown[0] = '\0';
	assert_int_equal(options_set_environment(
			     *state, variables, others, note_unknown, NULL),
	    0);
	assert_int_equal(options_int(*state, "http.port"), 8080);
	assert_int_equal(
	    options_int(*state, "amqp.qos.queue_prefetch_count"), 7);
	assert_string_equal(
	    options_text(*state, "aws_endpoint_urls.sns"), "http://a:1");
	assert_string_equal(
	    options_list(*state, "http.real_ip_from")[1], "10.0.0.0/8");
	assert_string_equal(options_text(*state, "http.host"), "0.0.0.0");
	assert_string_equal(unknown,
	    "TOMODACHI_HTTP_PROT:TOMODACHI_HTTP_PORT "
	    "TOMODACHI_http_host:TOMODACHI_HTTP_PORT ");
}

static void
refuses_a_variable_by_its_name(void **state)
{
	static const char *const rows[][2] = {
		{ "TOMODACHI_HTTP_PORT=http",
		    "http.port: want 0 to 65535, got "
		    "\"http\" (from TOMODACHI_HTTP_PORT)" },
		{ "TOMODACHI_AMQP_PASSWORD=\xff",
		    "amqp.password: want UTF-8 "
		    "text, got other text (from TOMODACHI_AMQP_PASSWORD)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *variables[] = { (char *)(uintptr_t)rows[i][0], NULL };
		struct error err = { "" };
		int failed = options_set_environment(
		    *state, variables, NULL, NULL, &err);

		assert_string_equal(err.text, rows[i][1]);
		assert_int_equal(failed, -1);
	}
}

static void
refuses_a_variable_that_is_there_twice(void **state)
{
	char *variables[] = { "TOMODACHI_HTTP_PORT=1", "TOMODACHI_HTTP_PORT=2",
		NULL };
	struct error err;

	assert_int_equal(
	    options_set_environment(*state, variables, NULL, NULL, &err), -1);
	assert_string_equal(err.text,
	    "http.port: want one value, got two "
	    "(from TOMODACHI_HTTP_PORT)");
}

#define OPTIONS_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OPTIONS_TEST(reads_an_argument_by_the_type_of_its_option),
		OPTIONS_TEST(
		    refuses_an_argument_with_the_key_and_what_was_wanted),
		OPTIONS_TEST(reads_its_variables_and_hands_on_the_unknown_ones),
		OPTIONS_TEST(refuses_a_variable_by_its_name),
		OPTIONS_TEST(refuses_a_variable_that_is_there_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
