#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/process/crash_frames.h"

static void
named_frames_count_once_they_are_whole(void **state)
{
	struct crash_frames frames;

	(void)state;
	crash_frames_read(&frames,
	    "s\t\ta.so+0x1\n-\t\trunner+0x2\n\n"
	    "s\tf\ta.c:1\ns\tg\ta.c:2\n-\trun\trun.c:3\n.\n");
	assert_int_equal(frames.count, 2);
	assert_string_equal(frames.list[0].name, "f");
	assert_string_equal(frames.list[1].place, "a.c:2");
	assert_string_equal(crash_frames_own(&frames)->place, "a.c:1");
	crash_frames_clear(&frames);
}

static void
raw_frames_count_until_then(void **state)
{
	struct crash_frames frames;

	(void)state;
	crash_frames_read(&frames,
	    "-\t\tlibc.so.6+0x5\ns\t\ta.so+0x1\n-\t\trunner+0x2\n\n"
	    "-\tstrlen\tlibc.so.6+0x5\ns\tf\ta.c:1\ns\tg\ta");
	assert_int_equal(frames.count, 2);
	assert_string_equal(frames.list[0].place, "libc.so.6+0x5");
	assert_string_equal(frames.list[1].place, "a.so+0x1");
	assert_string_equal(crash_frames_own(&frames)->place, "a.so+0x1");
	crash_frames_clear(&frames);
}

static void
a_recursion_is_one_frame(void **state)
{
	struct crash_frames frames;

	(void)state;
	crash_frames_read(
	    &frames, "\ns\tf\ta.c:1\ns\tf\ta.c:1\ns\tg\ta.c:1\n.\n");
	assert_int_equal(frames.count, 2);
	assert_int_equal(frames.list[0].times, 2);
	assert_int_equal(frames.list[1].times, 1);
	crash_frames_clear(&frames);
}

static void
all_is_kept_when_none_is_the_service_s(void **state)
{
	struct crash_frames frames;

	(void)state;
	crash_frames_read(&frames, "\n-\tf\ta.c:1\n-\tg\ta.c:2\n.\n");
	assert_int_equal(frames.count, 2);
	assert_null(crash_frames_own(&frames));
	crash_frames_clear(&frames);
}

static void
an_exception_counts_if_it_ended_the_program(void **state)
{
	struct crash_frames frames;

	(void)state;
	crash_frames_read(&frames,
	    "\nx\tstd::bad_alloc\t\n-\tstd::terminate()\tlib+0x1\n.\n");
	assert_string_equal(frames.exception, "std::bad_alloc");
	crash_frames_clear(&frames);
	crash_frames_read(
	    &frames, "\nx\tstd::bad_alloc\t\n-\tabort\tlib+0x1\n.\n");
	assert_string_equal(frames.exception, "");
	crash_frames_clear(&frames);
}

static void
a_gap_stands_for_the_frames_left_out(void **state)
{
	struct crash_frames frames;

	(void)state;
	crash_frames_read(
	    &frames, "\n-\tf\ta.c:1\n+\t1234\t\n-\tf\ta.c:1\ns\tg\ta.c:2\n.\n");
	assert_int_equal(frames.count, 4);
	assert_true(frames.list[1].is_gap);
	assert_int_equal(frames.list[1].times, 1234);
	assert_false(frames.list[2].is_gap);
	assert_string_equal(crash_frames_own(&frames)->place, "a.c:2");
	crash_frames_clear(&frames);
}

static void
what_is_no_frame_is_left_out(void **state)
{
	static const char *const rows[] = { "", "\n", "garbage", "garbage\n",
		"s\tname\n", "s\n", "\t\t", "\n+\t0\t\n.\n", "\n+\t-5\t\n.\n",
		"\n+\t99999999999\t\n.\n", "\n+\tx\t\n.\n", "\n.\n",
		"\n\n\n.\n" };
	struct crash_frames frames;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		crash_frames_read(&frames, rows[i]);
		assert_int_equal(frames.count, 0);
		assert_string_equal(frames.exception, "");
		crash_frames_clear(&frames);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_frames_count_once_they_are_whole),
		cmocka_unit_test(raw_frames_count_until_then),
		cmocka_unit_test(a_recursion_is_one_frame),
		cmocka_unit_test(all_is_kept_when_none_is_the_service_s),
		cmocka_unit_test(an_exception_counts_if_it_ended_the_program),
		cmocka_unit_test(a_gap_stands_for_the_frames_left_out),
		cmocka_unit_test(what_is_no_frame_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
