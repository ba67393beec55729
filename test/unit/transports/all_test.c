#include "transports/all.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#define NULLABLE true
#define PLAIN false

/* What the documentation promises; a change here is a change for users. */
static const struct promise {
	const char *key;
	enum option_type type;
	bool nullable;
	const char *fallback;
	int64_t min, max;
} promises[] = {
	{ "http.port", OPTION_INT, PLAIN, "9700", 0, 65535 },
	{ "http.host", OPTION_STRING, NULLABLE, "\"0.0.0.0\"", 0, 0 },
	{ "http.reuse_port", OPTION_BOOL, PLAIN, "true", 0, 0 },
	{ "http.backlog", OPTION_INT, PLAIN, "1024", 1, 65535 },
	{ "http.ssl_certfile", OPTION_STRING, NULLABLE, "null", 0, 0 },
	{ "http.ssl_keyfile", OPTION_STRING, NULLABLE, "null", 0, 0 },
	{ "http.max_connections", OPTION_INT, PLAIN, "0", 0, INT32_MAX },
	{ "http.keepalive_timeout", OPTION_INT, PLAIN, "0", 0, 31536000 },
	{ "http.max_keepalive_requests", OPTION_INT, NULLABLE, "null", 1,
	    INT32_MAX },
	{ "http.max_keepalive_time", OPTION_INT, NULLABLE, "null", 1,
	    31536000 },
	{ "http.termination_grace_period_seconds", OPTION_INT, PLAIN, "30", 0,
	    86400 },
	{ "http.shutdown_delay_seconds", OPTION_INT, PLAIN, "0", 0, 86400 },
	{ "http.client_max_size", OPTION_SIZE, PLAIN, "104857600", 1,
	    (int64_t)1 << 40 },
	{ "http.body_memory_size", OPTION_SIZE, PLAIN, "1048576", 0, 1 << 30 },
	{ "http.total_body_memory_size", OPTION_SIZE, PLAIN, "67108864", 0,
	    (int64_t)1 << 40 },
	{ "http.total_body_file_size", OPTION_SIZE, PLAIN, "1073741824", 0,
	    INT64_C(1) << 40 },
	{ "http.body_timeout", OPTION_INT, PLAIN, "30", 1, 86400 },
	{ "http.send_buffer", OPTION_SIZE, PLAIN, "65536", 1024, 1 << 30 },
	{ "http.min_body_rate", OPTION_SIZE, PLAIN, "240", 0, 1 << 30 },
	{ "http.max_form_size", OPTION_SIZE, PLAIN, "1048576", 0, 1 << 30 },
	{ "http.max_json_size", OPTION_SIZE, PLAIN, "1048576", 0, 1 << 30 },
	{ "http.max_header_size", OPTION_SIZE, PLAIN, "16384", 1024, 1 << 20 },
	{ "http.max_header_count", OPTION_INT, PLAIN, "100", 1, 10000 },
	{ "http.header_timeout", OPTION_INT, PLAIN, "10", 1, 86400 },
	{ "http.real_ip_header", OPTION_STRING, PLAIN, "\"X-Forwarded-For\"", 0,
	    0 },
	{ "http.real_ip_from", OPTION_LIST, PLAIN, "[]", 0, 0 },
	{ "http.content_type", OPTION_STRING, PLAIN,
	    "\"text/plain; charset=utf-8\"", 0, 0 },
	{ "http.charset", OPTION_STRING, PLAIN, "\"utf-8\"", 0, 0 },
	{ "http.server_header", OPTION_STRING, PLAIN, "\"tomodachi\"", 0, 0 },
	{ "http.compression", OPTION_BOOL, PLAIN, "false", 0, 0 },
	{ "http.compression_min_size", OPTION_SIZE, PLAIN, "1024", 1, 1 << 30 },
	{ "http.access_log", OPTION_BOOL_OR_STRING, PLAIN, "true", 0, 0 },
	{ "http.health_path", OPTION_STRING, NULLABLE, "null", 0, 0 },
	{ "websocket.max_message_size", OPTION_SIZE, PLAIN, "4194304", 1,
	    1 << 30 },
	{ "websocket.send_buffer", OPTION_SIZE, PLAIN, "262144", 1024,
	    1 << 30 },
	{ "websocket.allowed_origins", OPTION_LIST, PLAIN, "[]", 0, 0 },
	{ "websocket.ping_interval", OPTION_INT, PLAIN, "30", 0, 86400 },
	{ "websocket.pong_timeout", OPTION_INT, PLAIN, "30", 1, 86400 },
	{ "websocket.compression", OPTION_BOOL, PLAIN, "false", 0, 0 },
	{ "amqp.host", OPTION_STRING, PLAIN, "\"127.0.0.1\"", 0, 0 },
	{ "amqp.port", OPTION_INT, PLAIN, "5672", 1, 65535 },
	{ "amqp.login", OPTION_STRING, PLAIN, "\"guest\"", 0, 0 },
	{ "amqp.password", OPTION_STRING, PLAIN, "\"guest\"", 0, 0 },
	{ "amqp.virtualhost", OPTION_STRING, PLAIN, "\"/\"", 0, 0 },
	{ "amqp.exchange_name", OPTION_STRING, PLAIN, "\"amq.topic\"", 0, 0 },
	{ "amqp.routing_key_prefix", OPTION_STRING, PLAIN, "\"\"", 0, 0 },
	{ "amqp.queue_name_prefix", OPTION_STRING, PLAIN, "\"\"", 0, 0 },
	{ "amqp.ssl", OPTION_BOOL, PLAIN, "false", 0, 0 },
	{ "amqp.ssl_cafile", OPTION_STRING, NULLABLE, "null", 0, 0 },
	{ "amqp.ssl_certfile", OPTION_STRING, NULLABLE, "null", 0, 0 },
	{ "amqp.ssl_keyfile", OPTION_STRING, NULLABLE, "null", 0, 0 },
	{ "amqp.ssl_verify", OPTION_BOOL, PLAIN, "true", 0, 0 },
	{ "amqp.heartbeat", OPTION_INT, PLAIN, "60", 0, 65535 },
	{ "amqp.queue_ttl", OPTION_INT, PLAIN, "86400", 0, 4294967 },
	{ "amqp.qos.queue_prefetch_count", OPTION_INT, PLAIN, "100", 0, 65535 },
	{ "amqp.qos.global_prefetch_count", OPTION_INT, PLAIN, "400", 0,
	    65535 },
	{ "aws_sns_sqs.region_name", OPTION_STRING, NULLABLE, "null", 0, 0 },
	{ "aws_sns_sqs.aws_access_key_id", OPTION_STRING, NULLABLE, "null", 0,
	    0 },
	{ "aws_sns_sqs.aws_secret_access_key", OPTION_STRING, NULLABLE, "null",
	    0, 0 },
	{ "aws_sns_sqs.aws_session_token", OPTION_STRING, NULLABLE, "null", 0,
	    0 },
	{ "aws_endpoint_urls.sns", OPTION_STRING, NULLABLE, "null", 0, 0 },
	{ "aws_endpoint_urls.sqs", OPTION_STRING, NULLABLE, "null", 0, 0 },
	{ "aws_endpoint_urls.sts", OPTION_STRING, NULLABLE, "null", 0, 0 },
	{ "aws_sns_sqs.topic_prefix", OPTION_STRING, PLAIN, "\"\"", 0, 0 },
	{ "aws_sns_sqs.queue_name_prefix", OPTION_STRING, PLAIN, "\"\"", 0, 0 },
	{ "aws_sns_sqs.sns_kms_master_key_id", OPTION_STRING_OR_FALSE, NULLABLE,
	    "null", 0, 0 },
	{ "aws_sns_sqs.sqs_kms_master_key_id", OPTION_STRING_OR_FALSE, NULLABLE,
	    "null", 0, 0 },
	{ "aws_sns_sqs.sqs_kms_data_key_reuse_period", OPTION_INT, NULLABLE,
	    "null", 60, 86400 },
	{ "aws_sns_sqs.queue_policy", OPTION_STRING, NULLABLE, "null", 0, 0 },
	{ "aws_sns_sqs.wildcard_queue_policy", OPTION_STRING, NULLABLE, "null",
	    0, 0 },
	{ "watcher.ignored_dirs", OPTION_LIST, PLAIN, "[]", 0, 0 },
	{ "watcher.watched_file_endings", OPTION_LIST, PLAIN, "[]", 0, 0 },
	{ "runtime.stack_size", OPTION_SIZE, PLAIN, "262144", 65536, 1 << 30 },
	{ "runtime.max_calls", OPTION_INT, PLAIN, "10000", 1, 1000000 },
	{ "runtime.stall_warning_ms", OPTION_INT, PLAIN, "200", 0, 3600000 },
	{ "runtime.start_timeout", OPTION_INT, PLAIN, "30", 1, 86400 },
	{ "runtime.offload_threads", OPTION_INT, PLAIN, "8", 1, 1024 },
};

#define PROMISES (sizeof(promises) / sizeof(*promises))

/* The promise for that key; fails the test if there is none. */
static const struct promise *
promise_for(const char *key)
{
	for (size_t i = 0; i < PROMISES; i++)
		if (strcmp(promises[i].key, key) == 0)
			return &promises[i];
	fail_msg("%s is not in this test's table", key);
	return NULL;
}

static void
has_every_option_with_its_type_default_and_bounds(void **state)
{
	struct options *options = options_new(all_option_tables);

	(void)state;
	for (size_t i = 0; i < PROMISES; i++) {
		const struct promise *promise = &promises[i];
		const struct option_row *row = options_row(
		    options, promise->key);
		json_t *value;
		char *text;

		if (row == NULL)
			fail_msg("%s is missing", promise->key);
		assert_string_equal(row->key, promise->key);
		assert_int_equal(row->type, promise->type);
		assert_int_equal(row->nullable, promise->nullable);
		assert_int_equal(row->min, promise->min);
		assert_int_equal(row->max, promise->max);
		value = options_json(options, promise->key);
		text = json_dumps(value, JSON_ENCODE_ANY);
		assert_string_equal(text, promise->fallback);
		assert_string_equal(row->fallback, promise->fallback);
		assert_string_equal(
		    options_origin(options, promise->key), "default");
		free(text);
		json_decref(value);
	}
	options_free(options);
}

static void
count_row(void *arg, const struct option_row *row)
{
	promise_for(row->key);
	++*(size_t *)arg;
}

static void
has_each_key_once_and_no_other(void **state)
{
	struct options *options = options_new(all_option_tables);
	size_t count = 0;

	(void)state;
	options_each(options, count_row, &count);
	assert_int_equal(count, PROMISES);
	options_free(options);
}

static void
check_secret(void *arg, const struct option_row *row)
{
	bool is_secret = strstr(row->key, "password") != NULL ||
	    strstr(row->key, "secret") != NULL ||
	    strstr(row->key, "token") != NULL;

	(void)arg;
	assert_int_equal(row->secret, is_secret);
}

static void
keeps_passwords_and_keys_secret(void **state)
{
	struct options *options = options_new(all_option_tables);

	(void)state;
	options_each(options, check_secret, NULL);
	options_free(options);
}

static void
check_help(void *arg, const struct option_row *row)
{
	size_t len = strlen(row->help);

	(void)arg;
	assert_in_range(len, 4, 100);
	assert_int_not_equal(row->help[len - 1], '.');
	assert_null(strpbrk(row->help, "|\n"));
}

static void
explains_each_option_in_a_line_that_fits_a_table(void **state)
{
	struct options *options = options_new(all_option_tables);

	(void)state;
	options_each(options, check_help, NULL);
	options_free(options);
}

/* Of two keys that differ only in "." and "_", one could not be set. */
static void
has_no_two_keys_with_one_variable(void **state)
{
	char names[PROMISES][80];

	(void)state;
	for (size_t i = 0; i < PROMISES; i++) {
		snprintf(names[i], sizeof(names[i]), "%s", promises[i].key);
		for (char *at = names[i]; *at != '\0'; at++)
			if (*at == '.')
				*at = '_';
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(names[i], names[j]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    has_every_option_with_its_type_default_and_bounds),
		cmocka_unit_test(has_each_key_once_and_no_other),
		cmocka_unit_test(keeps_passwords_and_keys_secret),
		cmocka_unit_test(
		    explains_each_option_in_a_line_that_fits_a_table),
		cmocka_unit_test(has_no_two_keys_with_one_variable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
