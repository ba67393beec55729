#include "runtime/base/log_format.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/clock.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 2026-11-23T19:00:00.123456Z */
#define NOW INT64_C(1795460400123456)

static int
set_up(void **state)
{
	(void)state;
	clock_fake(1, NOW);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	clock_fake(0, 0);
	return 0;
}

/* What one record looks like; the caller frees it. */
static char *
line(enum log_format format, const struct log_record *record)
{
	struct log_style style = { .format = format };
	struct log_text text = { 0 };
	char *copy;

	log_format_record(&text, &style, record);
	assert_false(text.has_failed);
	copy = strndup(text.len > 0 ? text.data : "", text.len);
	assert_non_null(copy);
	log_text_clear(&text);
	return copy;
}

static const struct tomo_log_field fields[] = {
	TOMO_LOG_STR("id", "o-7"),
	TOMO_LOG_STR("note", "two words"),
	TOMO_LOG_STR("none", NULL),
	TOMO_LOG_STR("empty", ""),
	TOMO_LOG_INT("count", -3),
	TOMO_LOG_FLOAT("took", 0.25),
	TOMO_LOG_FLOAT("lost", NAN),
	TOMO_LOG_BOOL("ok", 1),
	TOMO_LOG_BOOL("late", 0),
	{ .key = "newer", .type = 99, .number = 1 },
	TOMO_LOG_STR("level", "x"),
	TOMO_LOG_STR("odd key=", "a=b"),
	{ .key = NULL },
};

static const struct {
	enum log_format format;
	const char *line;
} lines[] = {
	{ LOG_CONSOLE,
	    "2026-11-23T19:00:00.123456Z [warning  ] order billed         "
	    "          [orders.billing] id=o-7 note=\"two words\" none=null "
	    "empty=\"\" count=-3 took=0.25 lost=null ok=true late=false "
	    "newer=null level=x odd_key_=\"a=b\"\n" },
	{ LOG_JSON,
	    "{\"timestamp\":\"2026-11-23T19:00:00.123456Z\","
	    "\"logger\":\"orders.billing\",\"level\":\"warning\","
	    "\"message\":\"order billed\",\"id\":\"o-7\","
	    "\"note\":\"two words\",\"none\":null,\"empty\":\"\",\"count\":-3,"
	    "\"took\":0.25,\"lost\":null,\"ok\":true,\"late\":false,"
	    "\"newer\":null,\"level_\":\"x\",\"odd key=\":\"a=b\"}\n" },
	{ LOG_LOGFMT,
	    "timestamp=2026-11-23T19:00:00.123456Z level=warning "
	    "logger=orders.billing message=\"order billed\" id=o-7 "
	    "note=\"two words\" none=null empty=\"\" count=-3 took=0.25 "
	    "lost=null ok=true late=false newer=null level_=x "
	    "odd_key_=\"a=b\"\n" },
	{ LOG_DISABLED, "" },
};

static void
writes_a_record_in_each_format(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		char *text;

		text = line(lines[i].format,
		    &(struct log_record) { .logger = "orders.billing",
			.level = TOMO_LOG_WARNING,
			.message = "order billed",
			.fields = fields });
		assert_string_equal(text, lines[i].line);
		free(text);
	}
}

static void
renames_fields_that_collide_with_its_own(void **state)
{
	const struct tomo_log_field taken[] = {
		TOMO_LOG_INT("timestamp", 1),
		TOMO_LOG_INT("level", 2),
		TOMO_LOG_INT("logger", 3),
		TOMO_LOG_INT("message", 4),
		TOMO_LOG_INT("messages", 5),
		{ .key = NULL },
	};
	char *text;

	(void)state;
	text = line(
	    LOG_JSON, &(struct log_record) { .message = "m", .fields = taken });
	assert_string_equal(strstr(text, "\"m\""),
	    "\"m\",\"timestamp_\":1,\"level_\":2,\"logger_\":3,"
	    "\"message_\":4,\"messages\":5}\n");
	free(text);
}

static void
forges_neither_lines_nor_terminal_sequences(void **state)
{
	static const char evil[] = "a\nb\r\x1b[2Jc\xc2\x9b"
				   "31m\x7f";
	const struct tomo_log_field bad[] = { TOMO_LOG_STR(evil, evil),
		{ .key = NULL } };

	(void)state;
	for (size_t i = 0; i < COUNT(lines) - 1; i++) {
		char *text;

		text = line(lines[i].format,
		    &(struct log_record) {
			.logger = evil, .message = evil, .fields = bad });
		for (size_t at = 0; text[at + 1] != '\0'; at++) {
			assert_true((unsigned char)text[at] >= 0x20);
			assert_int_not_equal(text[at], 0x7f);
		}
		assert_null(strstr(text, "\xc2\x9b"));
		assert_int_equal(text[strlen(text) - 1], '\n');
		free(text);
	}
}

static void
json_is_valid_whatever_the_bytes(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		size_t len = (size_t)i % 70;
		char *bytes = malloc(len + 1), *text;
		json_t *json;

		assert_non_null(bytes);
		for (size_t at = 0; at < len; at++) {
			random = random * 1664525 + 1013904223;
			bytes[at] = (char)(random >> 24);
			if (bytes[at] == '\0')
				bytes[at] = '"';
		}
		bytes[len] = '\0';
		const struct tomo_log_field field[] = {
			TOMO_LOG_STR(bytes, bytes), { .key = NULL }
		};

		text = line(LOG_JSON,
		    &(struct log_record) {
			.logger = bytes, .message = bytes, .fields = field });
		json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(json);
		assert_int_equal(json_object_size(json), 5);
		json_decref(json);
		free(text);
		free(bytes);
	}
}

static void
fills_up_a_message_by_characters(void **state)
{
	char *text = line(LOG_CONSOLE,
	    &(struct log_record) { .logger = "l",
		.level = TOMO_LOG_ERROR,
		.message = "\xc3\xa9t\xc3\xa9 1234567890123456789012345" });

	(void)state;
	assert_string_equal(text,
	    "2026-11-23T19:00:00.123456Z [error    ] "
	    "\xc3\xa9t\xc3\xa9 1234567890123456789012345  [l]\n");
	free(text);
	text = line(
	    LOG_CONSOLE, &(struct log_record) { .level = TOMO_LOG_INFO });
	assert_string_equal(text,
	    "2026-11-23T19:00:00.123456Z [info     ] "
	    "                               []\n");
	free(text);
}

static const struct {
	int64_t unix_us;
	const char *text;
} times[] = {
	{ NOW, "2026-11-23T19:00:00.123456Z" },
	{ NOW + 1, "2026-11-23T19:00:00.123457Z" },
	{ NOW + 1000000, "2026-11-23T19:00:01.123456Z" },
	{ NOW, "2026-11-23T19:00:00.123456Z" },
	{ 1, "1970-01-01T00:00:00.000001Z" },
	{ -1, "1969-12-31T23:59:59.999999Z" },
	{ INT64_C(951782400000000), "2000-02-29T00:00:00.000000Z" },
	{ INT64_MAX, "294247-01-10T04:00:54.775807Z" },
};

static void
stamps_each_record_with_its_time(void **state)
{
	struct log_style style = { .format = LOG_CONSOLE };

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		struct log_text text = { 0 };

		clock_fake(1, times[i].unix_us);
		log_format_record(&text, &style, &(struct log_record) { 0 });
		assert_memory_equal(
		    text.data, times[i].text, strlen(times[i].text));
		log_text_clear(&text);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writes_a_record_in_each_format),
		TEST(renames_fields_that_collide_with_its_own),
		TEST(forges_neither_lines_nor_terminal_sequences),
		TEST(json_is_valid_whatever_the_bytes),
		TEST(fills_up_a_message_by_characters),
		TEST(stamps_each_record_with_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
