#include "runtime/base/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/base/buffer.h"
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

/* From a buffer of exactly its size, so that an over-read is seen. */
static int
set_json(
    struct options *options, const char *text, size_t len, struct error *err)
{
	char *exact = malloc(len > 0 ? len : 1);
	int failed;

	memcpy(exact, text, len);
	failed = options_set_json(options, "orders.json", exact, len, err);
	free(exact);
	return failed;
}

static void
reads_nested_objects_dotted_keys_and_both(void **state)
{
	static const char *const texts[] = {
		"{\"amqp.qos.queue_prefetch_count\": 7, \"http.port\": 1}",
		"{\"amqp\": {\"qos\": {\"queue_prefetch_count\": 7}},"
		" \"http\": {\"port\": 1}}",
		"{\"amqp\": {\"qos.queue_prefetch_count\": 7},"
		" \"http.port\": 1, \"http\": {}}",
		"{\"amqp.qos\": {\"queue_prefetch_count\": 7},"
		" \"http\": {\"host\": \"::1\"}, \"http.port\": 1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct options *options = options_new(all_option_tables);
		struct error err = { "" };

		set_json(options, texts[i], strlen(texts[i]), &err);
		assert_string_equal(err.text, "");
		assert_int_equal(
		    options_int(options, "amqp.qos.queue_prefetch_count"), 7);
		assert_int_equal(options_int(options, "http.port"), 1);
		options_free(options);
	}
}

static const struct refusal {
	const char *text, *error;
} refusals[] = {
	/* Wrong type or out of bounds. */
	{ "{\"http.port\": \"80\"}",
	    "http.port: want 0 to 65535, got \"80\" (from orders.json)" },
	{ "{\"http.port\": 65536}",
	    "http.port: want 0 to 65535, got 65536 (from orders.json)" },
	{ "{\"http.port\": -1}",
	    "http.port: want 0 to 65535, got -1 (from orders.json)" },
	{ "{\"http.port\": 80.0}",
	    "http.port: want 0 to 65535, got 80.0 (from orders.json)" },
	{ "{\"http\": {\"port\": null}}",
	    "http.port: want 0 to 65535, got null (from orders.json)" },
	{ "{\"http.port\": {\"a\": 1}}",
	    "http.port: want 0 to 65535, got an object (from orders.json)" },
	{ "{\"http.max_keepalive_time\": 0}",
	    "http.max_keepalive_time: want "
	    "1 to 31536000 or null, got 0 (from orders.json)" },
	{ "{\"http.port\": 99999999999999999999}",
	    "http.port: want 0 to "
	    "65535, got 1e20 (from orders.json)" },
	{ "{\"http.client_max_size\": \"64X\"}",
	    "http.client_max_size: want "
	    "1 to 1099511627776, or text such as \"64K\", got \"64X\" "
	    "(from orders.json)" },
	{ "{\"http.compression\": 1}",
	    "http.compression: want true or "
	    "false, got 1 (from orders.json)" },
	{ "{\"http.compression\": \"true\"}",
	    "http.compression: want true or "
	    "false, got \"true\" (from orders.json)" },
	{ "{\"http.charset\": 5}",
	    "http.charset: want printable text, got 5 "
	    "(from orders.json)" },
	{ "{\"http.server_header\": \"a\\r\\nb: c\"}",
	    "http.server_header: "
	    "want printable text, got \"a\\r\\nb: c\" (from orders.json)" },
	{ "{\"http.host\": true}",
	    "http.host: want printable text or null, "
	    "got true (from orders.json)" },
	{ "{\"http.real_ip_from\": [\"a\", 1]}",
	    "http.real_ip_from: want a "
	    "list of printable texts, got [\"a\", 1] (from orders.json)" },
	{ "{\"http.real_ip_from\": {}}",
	    "http.real_ip_from: want a list of "
	    "printable texts, got an object (from orders.json)" },
	{ "{\"http.access_log\": 1}",
	    "http.access_log: want true, false or "
	    "printable text, got 1 (from orders.json)" },
	{ "{\"aws_sns_sqs.sns_kms_master_key_id\": true}",
	    "aws_sns_sqs.sns_kms_master_key_id: want false or printable text "
	    "or null, got true (from orders.json)" },
	{ "{\"amqp.port\": 0}",
	    "amqp.port: want 1 to 65535, got 0 (from orders.json)" },

	/* A secret is not told. */
	{ "{\"amqp.password\": 12345}",
	    "amqp.password: want UTF-8 text, got "
	    "a number (from orders.json)" },
	{ "{\"amqp.password\": [\"hunter2\"]}",
	    "amqp.password: want UTF-8 "
	    "text, got a list (from orders.json)" },
	{ "{\"amqp\": {\"password\": {\"hunter2\": 1}}}",
	    "amqp.password: "
	    "want UTF-8 text, got an object (from orders.json)" },
	{ "{\"amqp.password\": hunter2}", "orders.json:1:24: invalid token" },
	{ "{\"amqp.password\" \"hunter2\"}", "orders.json:1:26: ':' expected" },
	{ "{\"amqp.password\": \"\\ud800hun\"}",
	    "orders.json:1:29: invalid Unicode" },
	{ "{\"amqp\": \"hunter2\"}",
	    "amqp: want an object, got text (from orders.json)" },

	/* Unknown keys. */
	{ "{\"htp.port\": 1}",
	    "htp.port: no such option, nearest is "
	    "http.port (from orders.json)" },
	{ "{\"htp\": {\"port\": 1}}",
	    "htp.port: no such option, nearest is "
	    "http.port (from orders.json)" },
	{ "{\"http\": {\"prot\": 1}}",
	    "http.prot: no such option, nearest "
	    "is http.port (from orders.json)" },
	{ "{\"amqp.qoss\": {}}",
	    "amqp.qoss: no such option, nearest is "
	    "amqp.host (from orders.json)" },
	{ "{\"http\": {\"a\\nb\": 1}}",
	    "http.a\\nb: no such option, nearest "
	    "is http.port (from orders.json)" },
	{ "{\"\": 1}",
	    "\"\": no such option, nearest is amqp.ssl "
	    "(from orders.json)" },
	{ "{\"http\": 5}",
	    "http: want an object, got a number (from orders.json)" },
	{ "{\"amqp\": {\"qos\": null}}",
	    "amqp.qos: want an object, got null (from orders.json)" },

	/* Two values for one key. */
	{ "{\"http\": {\"port\": 1}, \"http.port\": 2}",
	    "http.port: want one value, got two (from orders.json)" },
	{ "{\"amqp\": {\"qos\": {\"queue_prefetch_count\": 1},"
	  "\"qos.queue_prefetch_count\": 1}}",
	    "amqp.qos.queue_prefetch_count: want one value, got two "
	    "(from orders.json)" },
	{ "{\"http.port\": 1, \"http.port\": 1}",
	    "orders.json:1:28: two values for http.port" },
	{ "{\"http.termination_grace_period_seconds\": 1,\n"
	  " \"http.termination_grace_period_seconds\": 1}",
	    "orders.json:2:40: two values for "
	    "http.termination_grace_period_seconds" },
	{ "{\"http\": {}, \"http\": {}}",
	    "orders.json:1:19: two values for http" },

	/* Not a JSON object. */
	{ "", "orders.json: is empty, want a JSON object" },
	{ " \n", "orders.json:2:0: unexpected token near end of file" },
	{ "[]", "orders.json: want a JSON object, got a list" },
	{ "5", "orders.json: want a JSON object, got a number" },
	{ "null", "orders.json: want a JSON object, got null" },
	{ "{\n  \"http.port\": 80,\n  \"http.host\" = 1\n}",
	    "orders.json:3:15: ':' expected" },
	{ "{\"http.port\": 80} x", "orders.json:1:19: end of file expected" },
	{ "{\"http.port\": 80",
	    "orders.json:1:16: '}' expected near end of file" },
	{ "{\"http.host\": \"a\\u0000b\"}",
	    "orders.json:1:24: \\u0000 is not allowed" },
	{ "{\"http.\\u0000\": 1}", "orders.json:1:14: \\u0000 is not allowed" },
	{ "{\"http.host\": \"\xff\"}",
	    "orders.json:1:15: unable to decode byte 0xff" },
	{ "{\"http.port\": 1e999}", "orders.json:1:19: real number overflow" },
};

static void
refuses_with_the_key_what_was_wanted_and_what_came(void **state)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal *row = &refusals[i];
		struct error err = { "" };
		int failed = set_json(
		    *state, row->text, strlen(row->text), &err);

		assert_string_equal(err.text, row->error);
		assert_int_equal(failed, -1);
	}
}

/* Each cut of a good file is a bad one, and none reads past its end. */
static void
refuses_every_truncation(void **state)
{
	static const char text[] =
	    "{\"http\": {\"port\": 80, \"host\": "
	    "\"\\u00e5\"}, \"amqp.host\": \"\xc3\xa5\", \"http.real_ip_from\":"
	    " [\"::1\"], \"amqp.ssl\": true}";

	for (size_t len = 0; len < sizeof(text) - 1; len++)
		assert_int_equal(set_json(*state, text, len, NULL), -1);
	assert_int_equal(set_json(*state, text, sizeof(text) - 1, NULL), 0);
}

static void
refuses_a_nul_byte_in_the_file(void **state)
{
	static const char text[] = "{\"http.host\": \"a\0b\"}\0";

	assert_int_equal(set_json(*state, text, sizeof(text), NULL), -1);
}

static void
refuses_deep_nesting(void **state)
{
	static const size_t depths[] = { 9, 2000, 100000 };
	struct buffer text = { 0 };
	struct error err;

	for (size_t i = 0; i < sizeof(depths) / sizeof(*depths); i++) {
		for (size_t depth = 0; depth < depths[i]; depth++)
			buffer_add_text(&text, "{\"http\":");
		buffer_add_text(&text, "1");
		for (size_t depth = 0; depth < depths[i]; depth++)
			buffer_add_text(&text, "}");
		assert_int_equal(set_json(*state, buffer_data(&text),
				     buffer_len(&text), &err),
		    -1);
		assert_in_range(strlen(err.text), 10, 200);
		buffer_clear(&text);
	}
}

static void
keeps_its_error_line_short_for_a_long_key_and_value(void **state)
{
	struct buffer text = { 0 };
	struct error err;

	buffer_add_text(&text, "{\"");
	memset(buffer_reserve(&text, 100000), 'k', 100000);
	buffer_added(&text, 100000);
	buffer_add_text(&text, "\":1}");
	set_json(*state, buffer_data(&text), buffer_len(&text), &err);
	assert_in_range(strlen(err.text), 100, 200);
	buffer_clear(&text);

	buffer_add_text(&text, "{\"http.port\": \"");
	memset(buffer_reserve(&text, 100000), 'v', 100000);
	buffer_added(&text, 100000);
	buffer_add_text(&text, "\"}");
	set_json(*state, buffer_data(&text), buffer_len(&text), &err);
	assert_in_range(strlen(err.text), 100, 200);
	buffer_clear(&text);
}

static void
reads_a_file_and_remembers_its_name(void **state)
{
	char path[] = "/tmp/options_test_XXXXXX", origin[64];
	int fd = mkstemp(path);

	assert_int_equal(write(fd, "{\"http.port\": 8080}", 19), 19);
	close(fd);
	assert_int_equal(options_set_file(*state, path, NULL), 0);
	unlink(path);
	snprintf(origin, sizeof(origin), "--config %s", path);
	assert_string_equal(options_origin(*state, "http.port"), origin);
	assert_int_equal(options_int(*state, "http.port"), 8080);
}

static void
says_why_a_file_cannot_be_read(void **state)
{
	static const struct {
		const char *path, *error;
	} rows[] = {
		{ "/nonexistent/a.json",
		    "/nonexistent/a.json: cannot read: "
		    "No such file or directory" },
		{ "/", "/: cannot read: Is a directory" },
		{ "/dev/null", "/dev/null: is empty, want a JSON object" },
		{ "/dev/zero", "/dev/zero: larger than 16777216 bytes" },
	};
	struct error err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
		    options_set_file(*state, rows[i].path, &err), -1);
		assert_string_equal(err.text, rows[i].error);
	}
}

#define OPTIONS_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_nested_objects_dotted_keys_and_both),
		OPTIONS_TEST(
		    refuses_with_the_key_what_was_wanted_and_what_came),
		OPTIONS_TEST(refuses_every_truncation),
		OPTIONS_TEST(refuses_a_nul_byte_in_the_file),
		OPTIONS_TEST(refuses_deep_nesting),
		OPTIONS_TEST(
		    keeps_its_error_line_short_for_a_long_key_and_value),
		OPTIONS_TEST(reads_a_file_and_remembers_its_name),
		OPTIONS_TEST(says_why_a_file_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
