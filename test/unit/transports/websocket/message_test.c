#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "transports/websocket/message.h"

static void
gives_the_memory_of_a_small_one_to_the_next(void **state)
{
	struct message_pool pool = { 0 };
	struct ws_message *message = message_new(&pool, 1, 2);
	const struct ws_message *const first = message;

	(void)state;
	memcpy(message->data, "hi", 2);
	message->size = 2;
	message_finish(&message);
	message_free(message);
	assert_int_equal(pool.count, 1);

	message = message_new(&pool, 2, 100);
	assert_ptr_equal(message, first);
	assert_int_equal(pool.count, 0);
	assert_int_equal(message->size, 0);
	assert_int_equal(message->kind, 2);
	assert_true(message->room >= 100);
	assert_null(message->next);
	message_free(message);
	message_pool_clear(&pool);
	assert_null(pool.first);
}

static void
keeps_none_that_is_large_or_has_grown(void **state)
{
	struct message_pool pool = { 0 };
	struct ws_message *large = message_new(&pool, 1, 5000);
	struct ws_message *grown = message_new(&pool, 1, 2);

	(void)state;
	assert_int_equal(large->room, 5000);
	grown->size = grown->room;
	assert_int_equal(message_reserve(&grown, 1, 5000), 0);
	message_free(large);
	message_free(grown);
	message_free(NULL);
	assert_int_equal(pool.count, 0);
	message_pool_clear(&pool);
}

static void
keeps_a_bounded_number(void **state)
{
	enum { MANY = 1000 };
	struct message_pool pool = { 0 };
	struct ws_message *messages[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++)
		messages[i] = message_new(&pool, 1, 1);
	for (int i = 0; i < MANY; i++)
		message_free(messages[i]);
	assert_in_range(pool.count, 1, MANY / 10);
	message_pool_clear(&pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_memory_of_a_small_one_to_the_next),
		cmocka_unit_test(keeps_none_that_is_large_or_has_grown),
		cmocka_unit_test(keeps_a_bounded_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
