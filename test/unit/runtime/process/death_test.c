#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>

#include "runtime/base/exit_status.h"
#include "runtime/process/death.h"

#define EXIT(code) ((code) << 8)

static void
tells_what_a_death_was(void **state)
{
	static const struct {
		struct death death;
		enum death_kind want;
	} rows[] = {
		{ { EXIT(0), .said_ended = true, .asked = true }, DEATH_CLEAN },
		{ { EXIT(1), .said_ended = true, .said_failed = true },
		    DEATH_FAILED },
		/* Killed by us for being too slow. */
		{ { SIGKILL, .asked = true, .was_open = true }, DEATH_CLEAN },
		{ { SIGKILL, .asked = true, .said_failed = true },
		    DEATH_FAILED },
		{ { SIGSEGV, .was_open = true }, DEATH_FAULT },
		{ { SIGSEGV, .asked = true }, DEATH_FAULT },
		{ { SIGABRT, .was_open = false }, DEATH_FAULT },
		{ { SIGKILL, .was_open = true }, DEATH_OUTSIDE },
		{ { SIGTERM, .was_open = false }, DEATH_OUTSIDE },
		{ { EXIT(0), .said_ended = true, .was_open = true },
		    DEATH_OUTSIDE },
		{ { EXIT(3), .was_open = true }, DEATH_FAULT },
		{ { EXIT(0), .was_open = true }, DEATH_OUTSIDE },
		{ { EXIT(0), .was_open = false }, DEATH_FAULT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(death_kind(&rows[i].death), rows[i].want);
}

static void
tells_what_follows(void **state)
{
	static const struct {
		enum death_kind kind;
		struct death_place place;
		enum death_verdict want;
	} rows[] = {
		{ DEATH_FAULT, { .stopping = true }, DEATH_NOTHING },
		{ DEATH_OUTSIDE, { .stopping = true }, DEATH_NOTHING },
		{ DEATH_CLEAN, { .first_start = true }, DEATH_NOTHING },
		{ DEATH_FAILED, { .first_start = true }, DEATH_END_RUN },
		{ DEATH_FAULT, { .first_start = true }, DEATH_END_RUN },
		{ DEATH_FAULT, { .first_start = true, .production = true },
		    DEATH_END_RUN },
		{ DEATH_OUTSIDE, { .first_start = true }, DEATH_END_RUN },
		{ DEATH_FAULT, { .production = true }, DEATH_BACK_OFF },
		{ DEATH_FAULT, { .production = false }, DEATH_STAND_IN },
		{ DEATH_OUTSIDE, { .production = true }, DEATH_RESTART },
		{ DEATH_OUTSIDE, { .production = false }, DEATH_RESTART },
		{ DEATH_FAILED, { .production = false }, DEATH_BACK_OFF },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    death_verdict(rows[i].kind, &rows[i].place), rows[i].want);
}

static void
describes_a_death(void **state)
{
	char text[40];

	(void)state;
	exit_status_describe(SIGSEGV, text, sizeof(text));
	assert_string_equal(text, "SIGSEGV");
	exit_status_describe(40, text, sizeof(text));
	assert_string_equal(text, "signal 40");
	exit_status_describe(EXIT(3), text, sizeof(text));
	assert_string_equal(text, "exit code 3");
	assert_int_equal(exit_status_code(EXIT(3)), 3);
	assert_int_equal(exit_status_code(SIGKILL), 137);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_a_death_was),
		cmocka_unit_test(tells_what_follows),
		cmocka_unit_test(describes_a_death),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
