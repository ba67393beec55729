/* Middleware around a handler: order, codes, names, and who may go on. */
#include "runtime/service/chain.h"

#include "test/unit/runtime/service/life.h"

static struct chain chain;

/* ---- functions that leave a trace ---- */

static int
outer(struct tomo_call *call)
{
	int code;

	note("outer(");
	code = tomo_next(call);
	note(")outer");
	return code;
}

static int
inner(struct tomo_call *call)
{
	int code;

	note("inner(");
	code = tomo_next(call);
	note(")inner");
	return code;
}

static int
waits(struct tomo_call *call)
{
	int code;

	assert_int_equal(tomo_sleep(call, 1), 0);
	code = tomo_next(call);
	assert_int_equal(tomo_sleep(call, 1), 0);
	return code;
}

static int
stops_here(struct tomo_call *call)
{
	(void)call;
	note("stops");
	return 0;
}

static int
goes_on_twice(struct tomo_call *call)
{
	assert_int_equal(tomo_next(call), 0);
	assert_int_equal(tomo_next(call), TOMO_EINVAL);
	assert_string_equal(
	    tomo_error(call), "tomo_next: what is inside runs only once");
	return 0;
}

static int
fails_itself(struct tomo_call *call)
{
	assert_int_equal(tomo_next(call), TOMO_EREJECT);
	return TOMO_EUNAVAILABLE;
}

static int
forgives(struct tomo_call *call)
{
	assert_int_equal(tomo_next(call), TOMO_EREJECT);
	assert_string_equal(tomo_error(call), "no");
	return 0;
}

static int
handler(struct tomo_call *call)
{
	note("handler");
	assert_int_equal(chain_depth(call), chain.count + 1);
	return tomo_sleep(call, 1);
}

static int
failing(struct tomo_call *call)
{
	return tomo_fail(call, TOMO_EREJECT, "no");
}

static int
no_middleware(struct tomo_call *call)
{
	assert_int_equal(tomo_next(call), TOMO_EINVAL);
	assert_string_equal(tomo_error(call), "tomo_next: not in middleware");
	return 0;
}

static unsigned judged;

/* What answers a failure is no middleware, though it runs in its place. */
static void
judge(struct tomo_call *call, int code)
{
	judged++;
	if (code < 0) {
		note(call->function);
		note(call_code_name(code));
		assert_int_equal(tomo_next(call), TOMO_EINVAL);
	}
}

/* ---- one call through the chain ---- */

static struct chain_link innermost;
static int result;

static int
go(struct tomo_call *call)
{
	const char *name = call->function;

	judged = 0;
	assert_int_equal(chain_depth(call), 0);
	result = chain_run(call, &chain, &innermost, judge);
	assert_int_equal(chain_depth(call), 0);
	assert_ptr_equal(call->function, name);
	assert_int_equal(tomo_next(call), TOMO_EINVAL);
	tomo_exit(call, 0);
	return 0;
}

static void
go_through(const struct tomo_middleware *middleware, tomo_fn *fn)
{
	const struct tomo_service service = {
		.size = sizeof(service), .abi = TOMO_ABI, .name = "t"
	};
	struct error err;

	innermost = (struct chain_link) { fn, "inside" };
	assert_int_equal(chain_read(&chain, middleware, &err), 0);
	run(&service, go, NULL);
	chain_clear(&chain);
}

/* The trace without what the life of the service adds. */
static void
expect(const char *words)
{
	const char *start = strstr(test.trace, "ready ");
	const size_t len = strlen(words);

	assert_non_null(start);
	start += strlen("ready ");
	if (strncmp(start, words, len) != 0 ||
	    strcmp(start + len, "ended ") != 0)
		fail_msg("want \"%s\", got \"%s\"", words, start);
}

static void
the_first_is_the_outermost(void **state)
{
	(void)state;
	go_through(TOMO_MIDDLEWARE(outer, inner), handler);
	expect("outer( inner( handler )inner )outer ");
	assert_int_equal(result, 0);
}

static void
each_may_wait(void **state)
{
	(void)state;
	go_through(TOMO_MIDDLEWARE(waits, outer, waits), handler);
	expect("outer( handler )outer ");
}

static void
what_does_not_go_on_keeps_the_inside_from_running(void **state)
{
	(void)state;
	go_through(TOMO_MIDDLEWARE(outer, stops_here, inner), handler);
	expect("outer( stops )outer ");
}

static void
what_is_inside_runs_only_once(void **state)
{
	(void)state;
	go_through(TOMO_MIDDLEWARE(goes_on_twice), handler);
	expect("handler ");
}

static void
without_middleware_there_is_nothing_inside(void **state)
{
	(void)state;
	go_through(NULL, no_middleware);
	assert_int_equal(result, 0);
}

static void
a_failure_is_judged_once_and_handed_on(void **state)
{
	(void)state;
	go_through(TOMO_MIDDLEWARE(outer, inner), failing);
	expect("outer( inner( inside TOMO_EREJECT )inner )outer ");
	assert_int_equal(result, TOMO_EREJECT);
	/* The others, too: they may have answered otherwise. */
	assert_int_equal(judged, 3);
}

static void
another_failure_is_judged_under_its_own_name(void **state)
{
	(void)state;
	go_through(TOMO_MIDDLEWARE(outer, fails_itself), failing);
	expect("outer( inside TOMO_EREJECT fails_itself TOMO_EUNAVAILABLE "
	       ")outer ");
	assert_int_equal(result, TOMO_EUNAVAILABLE);
}

static void
a_failure_may_be_forgiven(void **state)
{
	(void)state;
	go_through(TOMO_MIDDLEWARE(outer, forgives), failing);
	expect("outer( inside TOMO_EREJECT )outer ");
	assert_int_equal(result, 0);
}

static void
a_name_that_is_missing_has_a_stand_in(void **state)
{
	const struct tomo_middleware nameless = { .size = sizeof(nameless),
		.list = (tomo_fn *const[]) { outer, inner, NULL },
		.functions = "outer" };
	struct error err;

	(void)state;
	assert_int_equal(chain_read(&chain, &nameless, &err), 0);
	assert_string_equal(chain.links[0].function, "outer");
	assert_string_equal(chain.links[1].function, "middleware");
	chain_clear(&chain);
	assert_int_equal(
	    chain_read(&chain, TOMO_MIDDLEWARE(outer, inner), &err), 0);
	assert_string_equal(chain.links[1].function, "inner");
	chain_clear(&chain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_is_the_outermost),
		cmocka_unit_test(each_may_wait),
		cmocka_unit_test(
		    what_does_not_go_on_keeps_the_inside_from_running),
		cmocka_unit_test(what_is_inside_runs_only_once),
		cmocka_unit_test(without_middleware_there_is_nothing_inside),
		cmocka_unit_test(a_failure_is_judged_once_and_handed_on),
		cmocka_unit_test(another_failure_is_judged_under_its_own_name),
		cmocka_unit_test(a_failure_may_be_forgiven),
		cmocka_unit_test(a_name_that_is_missing_has_a_stand_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
