#include "runtime/loop/coroutine.h"

#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/loop/stack.h"

#define STACK ((size_t)64 * 1024)
#define MANY 3000

static struct coroutine_pool *pool;

static struct coroutine *
make(void (*fn)(void *arg), void *arg)
{
	struct coroutine *coroutine = coroutine_new(pool, fn, arg);

	assert_non_null(coroutine);
	return coroutine;
}

/* ---- switching ---- */

static void
count_in_steps(void *arg)
{
	int *count = arg;

	for (int i = 0; i < 3; i++) {
		++*count;
		coroutine_suspend();
	}
}

static void
goes_on_where_it_stopped(void **state)
{
	int count = 0;
	struct coroutine *coroutine = make(count_in_steps, &count);

	(void)state;
	for (int i = 1; i <= 3; i++) {
		assert_false(coroutine_resume(coroutine));
		assert_int_equal(count, i);
	}
	assert_true(coroutine_resume(coroutine));
}

static void
note_current(void *arg)
{
	struct coroutine **seen = arg;

	*seen = coroutine_current();
}

static void
knows_which_one_runs(void **state)
{
	struct coroutine *seen = NULL;
	struct coroutine *coroutine = make(note_current, &seen);

	(void)state;
	assert_null(coroutine_current());
	assert_true(coroutine_resume(coroutine));
	assert_ptr_equal(seen, coroutine);
	assert_null(coroutine_current());
}

static void
nothing(void *arg)
{
	(void)arg;
}

static void
uses_the_last_stack_again(void **state)
{
	struct coroutine *first = make(nothing, NULL);

	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_true(coroutine_resume(first));
		assert_ptr_equal(make(nothing, NULL), first);
	}
	assert_true(coroutine_resume(first));
}

static void
keeps_thousands_apart(void **state)
{
	struct coroutine **all = calloc(MANY, sizeof(struct coroutine *));
	int *counts = calloc(MANY, sizeof(int));

	(void)state;
	for (int i = 0; i < MANY; i++)
		all[i] = make(count_in_steps, &counts[i]);
	for (int round = 1; round <= 3; round++)
		for (int i = 0; i < MANY; i++)
			assert_false(coroutine_resume(all[i]));
	for (int i = 0; i < MANY; i++) {
		assert_true(coroutine_resume(all[i]));
		assert_int_equal(counts[i], 3);
	}
	free(counts);
	free(all);
}

/* ---- stacks that are too many ---- */

static void
count_call(void *arg)
{
	++*(int *)arg;
}

/* Has n coroutines at once, and lets them end. */
static void
use_stacks(int n)
{
	struct coroutine **all = calloc((size_t)n, sizeof(struct coroutine *));

	for (int i = 0; i < n; i++)
		all[i] = make(nothing, NULL);
	for (int i = 0; i < n; i++)
		coroutine_resume(all[i]);
	free(all);
}

static void
tells_of_a_surplus_and_unmaps_it(void **state)
{
	int calls = 0;

	(void)state;
	coroutine_pool_on_surplus(pool, count_call, &calls);
	use_stacks(COROUTINE_POOL_KEEP);
	assert_int_equal(calls, 0);
	assert_int_equal(coroutine_pool_trim(pool), COROUTINE_TRIM_DONE);
	use_stacks(COROUTINE_POOL_KEEP + 100);
	assert_int_equal(calls, 1);
	/* They were in use a moment ago. */
	assert_int_equal(coroutine_pool_trim(pool), COROUTINE_TRIM_LATER);
	assert_int_equal(coroutine_pool_trim(pool), COROUTINE_TRIM_SOON);
	assert_int_equal(coroutine_pool_trim(pool), COROUTINE_TRIM_DONE);
	use_stacks(COROUTINE_POOL_KEEP + 1);
	assert_int_equal(calls, 2);
}

static void
keeps_what_is_used_again_and_again(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		use_stacks(COROUTINE_POOL_KEEP + 100);
		assert_int_equal(
		    coroutine_pool_trim(pool), COROUTINE_TRIM_LATER);
	}
}

/* ---- the floating-point environment ---- */

struct environment {
	int raised, rounding;
};

static void
note_environment(void *arg)
{
	struct environment *seen = arg;

	seen->raised = fetestexcept(FE_ALL_EXCEPT);
	seen->rounding = fegetround();
}

/* Divides by zero, and rounds oddly from now on. */
static void
disturb(void *arg)
{
	volatile double zero = 0, one = 1;

	(void)arg;
	one = one / zero;
	fesetround(FE_UPWARD);
}

static void
starts_with_a_clean_environment(void **state)
{
	struct environment seen = { -1, -1 };
	int raised;

	(void)state;
	/* A stack made while the loop has flags raised and rounds oddly. */
	disturb(NULL);
	raised = fetestexcept(FE_ALL_EXCEPT); /* none under valgrind */
	coroutine_resume(make(note_environment, &seen));
	assert_int_equal(seen.raised, 0);
	assert_int_equal(seen.rounding, FE_TONEAREST);
	assert_int_equal(fetestexcept(FE_ALL_EXCEPT), raised);
	assert_int_equal(fegetround(), FE_UPWARD);
	fesetenv(FE_DFL_ENV);
}

static void
leaves_no_environment_behind(void **state)
{
	struct environment seen = { -1, -1 };
	struct coroutine *first = make(disturb, NULL);

	(void)state;
	feclearexcept(FE_ALL_EXCEPT);
	assert_true(coroutine_resume(first));
	assert_int_equal(fetestexcept(FE_ALL_EXCEPT), 0);
	assert_int_equal(fegetround(), FE_TONEAREST);
	assert_ptr_equal(make(note_environment, &seen), first);
	assert_true(coroutine_resume(first));
	assert_int_equal(seen.raised, 0);
	assert_int_equal(seen.rounding, FE_TONEAREST);
}

static void
disturb_and_look(void *arg)
{
	struct environment *seen = arg;

	disturb(NULL);
	coroutine_suspend();
	note_environment(seen);
}

static void
keeps_its_environment_across_a_wait(void **state)
{
	struct environment seen = { -1, -1 };
	struct coroutine *coroutine = make(disturb_and_look, &seen);

	(void)state;
	assert_false(coroutine_resume(coroutine));
	assert_int_equal(fegetround(), FE_TONEAREST);
	assert_true(coroutine_resume(coroutine));
	assert_int_equal(seen.rounding, FE_UPWARD);
}

/* ---- overflows ---- */

/* For the child's signal handler. */
#define IN_GUARD 7
#define ELSEWHERE 8

static void
on_fault(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	_exit(coroutine_is_guard(pool, info->si_addr) ? IN_GUARD : ELSEWHERE);
}

static void
touch(volatile char *memory)
{
	memory[0] = 1;
}

/* Goes down the stack for ever; not by calls, whose frames ASan checks. */
static void
overflow(void *arg)
{
	volatile char *at = __builtin_frame_address(0);

	(void)arg;
	for (;;) {
		at -= 512;
		touch(at);
	}
}

static void
fault_elsewhere(void *arg)
{
	(void)arg;
	raise(SIGSEGV);
}

/* How a child ends that runs fn on a coroutine. */
static int
exit_of(void (*fn)(void *arg))
{
	const pid_t child = fork();
	int status = 0;

	if (child == 0) {
		static char memory[64 * 1024];
		const stack_t stack = { .ss_sp = memory,
			.ss_size = sizeof(memory) };
		struct sigaction action = { .sa_flags = SA_SIGINFO |
			    SA_ONSTACK };

		action.sa_sigaction = on_fault;
		sigaltstack(&stack, NULL);
		sigaction(SIGSEGV, &action, NULL);
		sigaction(SIGBUS, &action, NULL);
		coroutine_resume(make(fn, NULL));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
stops_an_overflow_in_the_guard(void **state)
{
	(void)state;
	coroutine_resume(make(nothing, NULL));
	assert_int_equal(exit_of(nothing), 0);
	assert_int_equal(exit_of(overflow), IN_GUARD);
	assert_int_equal(exit_of(fault_elsewhere), ELSEWHERE);
}

static void
guards_64_kib_right_below_a_stack(void **state)
{
	struct stack stack;

	(void)state;
	assert_int_equal(stack_map(&stack, STACK), 0);
	assert_true(stack_is_guard(&stack, stack_bottom(&stack) - 1));
	assert_true(
	    stack_is_guard(&stack, stack_bottom(&stack) - (size_t)64 * 1024));
	assert_false(stack_is_guard(&stack, stack_bottom(&stack)));
	assert_false(stack_is_guard(
	    &stack, stack_bottom(&stack) - (size_t)64 * 1024 - 1));
	assert_int_equal(stack_top(&stack) - stack_bottom(&stack), STACK);
	stack_unmap(&stack);
}

static void
says_when_there_is_no_memory(void **state)
{
	struct coroutine_pool *huge = coroutine_pool_new((size_t)1 << 60);

	(void)state;
	assert_null(coroutine_new(huge, nothing, NULL));
	coroutine_pool_free(huge);
}

static int
set_up(void **state)
{
	(void)state;
	pool = coroutine_pool_new(STACK);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	coroutine_pool_free(pool);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(goes_on_where_it_stopped),
		TEST(knows_which_one_runs),
		TEST(uses_the_last_stack_again),
		TEST(keeps_thousands_apart),
		TEST(tells_of_a_surplus_and_unmaps_it),
		TEST(keeps_what_is_used_again_and_again),
		TEST(starts_with_a_clean_environment),
		TEST(leaves_no_environment_behind),
		TEST(keeps_its_environment_across_a_wait),
		TEST(stops_an_overflow_in_the_guard),
		TEST(guards_64_kib_right_below_a_stack),
		TEST(says_when_there_is_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
