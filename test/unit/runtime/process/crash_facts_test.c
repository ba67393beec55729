#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/process/control.h"
#include "runtime/process/crash_facts.h"

static const struct crash_facts whole = {
	.signal = SIGSEGV,
	.code = -6,
	.address = UINT64_MAX,
	.pc = 0x401000,
	.thread = CRASH_IN_OFFLOAD,
	.overflow = true,
	.handler = "get_order",
	.handling = "GET /orders/7?x=1",
	.message = "",
	.exception = "St13runtime_error",
};

static void
is_read_as_it_was_written(void **state)
{
	struct control_message message;
	struct crash_facts read;
	char room[CRASH_FACTS_TEXT];

	(void)state;
	crash_facts_write(&whole, room, &message);
	assert_int_equal(message.type, CONTROL_CRASHED);
	assert_int_equal(message.fd, -1);
	assert_string_equal(
	    room, "get_order\nGET /orders/7?x=1\n\nSt13runtime_error\n");
	assert_int_equal(crash_facts_read(&read, &message), 0);
	assert_memory_equal(&read, &whole, sizeof(whole));
}

static void
fits_its_room_at_its_longest(void **state)
{
	struct control_message message;
	struct crash_facts facts = { .signal = SIGABRT }, read;
	char room[CRASH_FACTS_TEXT];

	(void)state;
	memset(facts.handler, 'h', sizeof(facts.handler) - 1);
	memset(facts.handling, 'i', sizeof(facts.handling) - 1);
	memset(facts.message, 'm', sizeof(facts.message) - 1);
	memset(facts.exception, 'e', sizeof(facts.exception) - 1);
	crash_facts_write(&facts, room, &message);
	assert_int_equal(crash_facts_read(&read, &message), 0);
	assert_memory_equal(&read, &facts, sizeof(facts));
}

static void
refuses_what_makes_no_sense(void **state)
{
	static const struct {
		int64_t number[CONTROL_NUMBERS];
		const char *text;
	} rows[] = {
		{ { 0 }, "\n\n\n\n" },
		{ { 4711 }, "\n\n\n\n" },
		{ { -SIGSEGV }, "\n\n\n\n" },
		{ { INT64_C(0x100000000) + SIGSEGV }, "\n\n\n\n" },
		{ { SIGKILL }, "\n\n\n\n" },
		{ { SIGTERM }, "\n\n\n\n" },
		{ { SIGSEGV, INT64_MAX }, "\n\n\n\n" },
		{ { SIGSEGV, 0, 0, 0, 3 }, "\n\n\n\n" },
		{ { SIGSEGV, 0, 0, 0, -1 }, "\n\n\n\n" },
		{ { SIGSEGV, 0, 0, 0, 0x200 }, "\n\n\n\n" },
		{ { SIGSEGV }, "\033[31m\n\n\n\n" },
		{ { SIGSEGV }, "a\tb\n\n\n\n" },
		{ { SIGSEGV }, "\n\n\n\x7f\n" },
		{ { SIGSEGV }, "" },
		{ { SIGSEGV }, "\n\n\n" },
		{ { SIGSEGV }, "\n\n\n\nmore" },
	};
	struct crash_facts facts;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct control_message message = { .text = rows[i].text };
		memcpy(message.number, rows[i].number, sizeof(message.number));
		assert_int_equal(crash_facts_read(&facts, &message), -1);
	}
}

static void
refuses_each_part_of_a_message(void **state)
{
	struct control_message message;
	struct crash_facts read;
	char room[CRASH_FACTS_TEXT];

	(void)state;
	crash_facts_write(&whole, room, &message);
	for (size_t len = 0; len < strlen(room); len++) {
		char *part = test_malloc(len + 1);
		memcpy(part, room, len);
		part[len] = '\0';
		message.text = part;
		assert_int_equal(crash_facts_read(&read, &message), -1);
		test_free(part);
	}
}

static void
refuses_a_text_that_is_too_long(void **state)
{
	struct control_message message = { .number = { SIGSEGV } };
	struct crash_facts read;
	char text[sizeof(read.handler) + 5];

	(void)state;
	memset(text, 'h', sizeof(text));
	strcpy(text + sizeof(read.handler), "\n\n\n\n");
	message.text = text;
	assert_int_equal(crash_facts_read(&read, &message), -1);
	message.text = text + 1;
	assert_int_equal(crash_facts_read(&read, &message), 0);
}

static void
cuts_and_cleans_texts(void **state)
{
	char text[6];

	(void)state;
	crash_facts_put(text, sizeof(text), "a\nb\033c-d");
	assert_string_equal(text, "a b c");
	crash_facts_put(text, sizeof(text), "no\n\n");
	assert_string_equal(text, "no");
	crash_facts_put(text, sizeof(text), "");
	assert_string_equal(text, "");
}

static void
is_a_message_as_control_sends_it(void **state)
{
	struct control_message message;
	char room[CRASH_FACTS_TEXT], packed[CONTROL_HEAD_SIZE + 64];
	size_t size;

	(void)state;
	crash_facts_write(&whole, room, &message);
	size = control_pack(&message, packed, sizeof(packed));
	assert_int_equal(size, CONTROL_HEAD_SIZE + strlen(room));
	assert_memory_equal(packed + CONTROL_HEAD_SIZE, room, strlen(room));
	assert_true(control_is(packed, size, CONTROL_CRASHED));
	assert_false(control_is(packed, size, CONTROL_DIE));
	assert_false(control_is(packed, 8, CONTROL_CRASHED));
	assert_int_equal(control_pack(&message, packed, size - 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_read_as_it_was_written),
		cmocka_unit_test(fits_its_room_at_its_longest),
		cmocka_unit_test(refuses_what_makes_no_sense),
		cmocka_unit_test(refuses_each_part_of_a_message),
		cmocka_unit_test(refuses_a_text_that_is_too_long),
		cmocka_unit_test(cuts_and_cleans_texts),
		cmocka_unit_test(is_a_message_as_control_sends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
