#include "runtime/loop/coroutine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define STACK ((size_t)64 * 1024)

/* What a C++ runtime keeps for each thread: its exceptions in flight. */
static struct globals {
	void *caught;
	unsigned uncaught;
} globals;

static struct coroutine_pool *pool;

static void *
get_globals(void)
{
	return &globals;
}

/* As inside a catch block: one exception caught, some thrown and not yet. */
struct block {
	struct globals own, seen_first, seen_later;
};

static void
wait_inside_a_catch_block(void *arg)
{
	struct block *block = arg;

	block->seen_first = globals;
	globals = block->own;
	coroutine_suspend();
	block->seen_later = globals;
}

static struct coroutine *
enter_block(struct block *block)
{
	struct coroutine *coroutine = coroutine_new(
	    pool, wait_inside_a_catch_block, block);

	assert_non_null(coroutine);
	assert_false(coroutine_resume(coroutine));
	return coroutine;
}

static void
is(struct globals got, void *caught, unsigned uncaught)
{
	assert_ptr_equal(got.caught, caught);
	assert_int_equal(got.uncaught, uncaught);
}

static void
keeps_exceptions_with_their_coroutine(void **state)
{
	int x = 0, y = 0, z = 0;
	struct block a = { .own = { &x, 1 } }, b = { .own = { &y, 2 } };
	struct coroutine *first, *second;

	(void)state;
	globals = (struct globals) { &z, 3 };
	first = enter_block(&a);
	is(globals, &z, 3);
	second = enter_block(&b);
	is(globals, &z, 3);
	assert_true(coroutine_resume(first));
	is(globals, &z, 3);
	assert_true(coroutine_resume(second));
	is(globals, &z, 3);
	is(a.seen_later, &x, 1);
	is(b.seen_later, &y, 2);
}

static void
starts_each_call_without_exceptions(void **state)
{
	int x = 0;
	struct block first = { .own = { &x, 1 } },
		     second = { .own = { &x, 1 } };
	struct coroutine *coroutine;

	(void)state;
	globals = (struct globals) { &x, 5 };
	coroutine = enter_block(&first);
	is(first.seen_first, NULL, 0);
	assert_true(coroutine_resume(coroutine));
	/* The same stack, which was left in the middle of an exception. */
	assert_ptr_equal(enter_block(&second), coroutine);
	is(second.seen_first, NULL, 0);
	assert_true(coroutine_resume(coroutine));
}

static void
touches_nothing_without_a_cxx_runtime(void **state)
{
	int x = 0, y = 0;
	struct block block = { .own = { &x, 1 } };
	struct coroutine *coroutine;

	(void)state;
	coroutine_set_cxx(NULL);
	globals = (struct globals) { &y, 2 };
	coroutine = enter_block(&block);
	is(block.seen_first, &y, 2);
	is(globals, &x, 1);
	assert_true(coroutine_resume(coroutine));
}

static int
set_up(void **state)
{
	(void)state;
	pool = coroutine_pool_new(STACK);
	coroutine_set_cxx(get_globals);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	coroutine_set_cxx(NULL);
	coroutine_pool_free(pool);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_exceptions_with_their_coroutine),
		TEST(starts_each_call_without_exceptions),
		TEST(touches_nothing_without_a_cxx_runtime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
