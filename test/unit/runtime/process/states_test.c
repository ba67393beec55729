#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/process/child_state.h"
#include "runtime/process/reload_state.h"
#include "runtime/process/slot_state.h"

static void
a_worker_only_moves_on(void **state)
{
	(void)state;
	/* The order of the names is the order of a life. */
	for (unsigned from = 0; from <= CHILD_ENDED; from++)
		for (unsigned to = 0; to <= from; to++)
			assert_false(child_may_move(from, to));
}

static void
a_worker_may_end_at_any_time(void **state)
{
	(void)state;
	for (unsigned from = 0; from < CHILD_ENDED; from++)
		assert_true(child_may_move(from, CHILD_ENDED));
	for (unsigned from = 0; from < CHILD_DRAINING; from++)
		assert_true(child_may_move(from, CHILD_DRAINING));
}

static void
a_worker_opens_only_once_it_is_ready(void **state)
{
	(void)state;
	assert_true(child_may_move(CHILD_READY, CHILD_OPEN));
	assert_false(child_may_move(CHILD_STARTING, CHILD_OPEN));
}

static void
a_stopped_slot_stays_so(void **state)
{
	(void)state;
	for (unsigned to = 0; to <= SLOT_STOPPED; to++)
		assert_false(slot_may_move(SLOT_STOPPED, to));
	for (unsigned from = 0; from < SLOT_STOPPED; from++)
		assert_true(slot_may_move(from, SLOT_STOPPED));
}

static void
a_reload_opens_a_slot_from_anywhere(void **state)
{
	static const enum slot_state from[] = { SLOT_STARTING, SLOT_OPEN,
		SLOT_BACK_OFF, SLOT_STAND_IN };

	(void)state;
	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++)
		assert_true(slot_may_move(from[i], SLOT_OPEN));
	assert_false(slot_may_move(SLOT_EMPTY, SLOT_OPEN));
}

static void
a_reload_takes_its_steps_in_order(void **state)
{
	(void)state;
	for (unsigned from = RELOAD_IDLE; from < RELOAD_RETIRING; from++)
		for (unsigned to = from + 1; to <= RELOAD_RETIRING; to++)
			assert_int_equal(reload_may_move(from, to),
			    to == from + 1 ||
				(from == RELOAD_STARTING &&
				    to == RELOAD_RETIRING));
}

static void
a_reload_turns_back_only_to_idle(void **state)
{
	(void)state;
	for (unsigned from = RELOAD_IDLE; from <= RELOAD_RETIRING; from++) {
		assert_true(reload_may_move(from, RELOAD_IDLE));
		for (unsigned to = RELOAD_VALIDATING; to <= from; to++)
			assert_false(reload_may_move(from, to));
	}
}

static void
states_have_names(void **state)
{
	(void)state;
	assert_string_equal(child_state_name(CHILD_DRAINING), "draining");
	assert_string_equal(slot_state_name(SLOT_STAND_IN), "stand-in");
	assert_string_equal(reload_state_name(RELOAD_RETIRING), "retiring");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_only_moves_on),
		cmocka_unit_test(a_worker_may_end_at_any_time),
		cmocka_unit_test(a_worker_opens_only_once_it_is_ready),
		cmocka_unit_test(a_stopped_slot_stays_so),
		cmocka_unit_test(a_reload_opens_a_slot_from_anywhere),
		cmocka_unit_test(a_reload_takes_its_steps_in_order),
		cmocka_unit_test(a_reload_turns_back_only_to_idle),
		cmocka_unit_test(states_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
