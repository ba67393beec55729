#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/process/crash_report.h"

static struct crash_report
report_of(struct crash_facts facts, const char *frames)
{
	struct crash_report report = { .facts = facts, .service = "orders" };

	crash_frames_read(&report.frames, frames);
	return report;
}

static void
says_it_in_lines(void **state)
{
	struct crash_report report = report_of(
	    (struct crash_facts) { .signal = SIGSEGV,
		.code = SEGV_MAPERR,
		.handler = "get_order",
		.handling = "GET /orders/7?x=1" },
	    "\ns\tfind_order\tservice.c:31\ns\tget_order\tservice.c:48\n.\n");
	char *text;

	(void)state;
	report.next = "restart in 100 ms";
	text = crash_report_block(&report);
	assert_string_equal(text,
	    "orders crashed: SIGSEGV at address 0x0 (null pointer) in "
	    "get_order, handling GET /orders/7?x=1\n"
	    "    #0  find_order  service.c:31\n"
	    "    #1  get_order   service.c:48\n"
	    "    next: restart in 100 ms\n");
	free(text);
	text = crash_report_line(&report);
	assert_string_equal(text,
	    "SIGSEGV in get_order at service.c:31, handling GET "
	    "/orders/7?x=1");
	free(text);
	crash_frames_clear(&report.frames);
}

static void
shows_the_first_and_the_last_of_many_frames(void **state)
{
	struct crash_report report;
	char frames[4096] = "\n", *at = frames + 1, *text;

	(void)state;
	for (int i = 0; i < 40; i++) {
		if (i == 18)
			at += sprintf(at, "+\t1000\t\n");
		at += sprintf(at, "s\tf%d\ta.c:%d\n", i, i);
	}
	strcpy(at, ".\n");
	report = report_of(
	    (struct crash_facts) { .signal = SIGABRT, .handler = "f" }, frames);
	text = crash_report_block(&report);
	assert_non_null(strstr(text,
	    "    #15 f15  a.c:15\n"
	    "    ... 1008 frames ...\n"
	    "    #25 f24  a.c:24\n"));
	assert_non_null(strstr(text, "    #40 f39  a.c:39\n"));
	free(text);
	crash_frames_clear(&report.frames);
}

static void
says_why_the_signal_came(void **state)
{
	static const struct {
		struct crash_facts facts;
		const char *line;
	} rows[] = {
		{ { .signal = SIGSEGV,
		      .code = SEGV_MAPERR,
		      .address = 0x8,
		      .handler = "f" },
		    "SIGSEGV at address 0x8 (null pointer) in f" },
		{ { .signal = SIGSEGV,
		      .code = SEGV_MAPERR,
		      .address = 0x5000,
		      .handler = "f" },
		    "SIGSEGV at address 0x5000 in f" },
		{ { .signal = SIGSEGV, .code = SI_KERNEL, .handler = "f" },
		    "SIGSEGV in f" },
		{ { .signal = SIGSEGV,
		      .code = SEGV_ACCERR,
		      .address = 0x5000,
		      .overflow = true,
		      .handler = "f" },
		    "SIGSEGV (stack overflow) in f" },
		{ { .signal = SIGSEGV, .code = SI_TKILL, .handler = "f" },
		    "SIGSEGV (raised) in f" },
		{ { .signal = SIGABRT, .code = SI_TKILL, .handler = "f" },
		    "SIGABRT in f" },
		{ { .signal = SIGFPE, .code = FPE_INTDIV, .handler = "f" },
		    "SIGFPE (integer division by zero) in f" },
		{ { .signal = SIGILL, .code = ILL_ILLOPN, .handler = "f" },
		    "SIGILL (illegal instruction) in f" },
		{ { .signal = SIGABRT }, "SIGABRT while no call ran" },
		{ { .signal = SIGABRT, .thread = CRASH_IN_OFFLOAD },
		    "SIGABRT in a function given to tomo_offload()" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct crash_report report = report_of(rows[i].facts, "");
		char *text = crash_report_block(&report);
		assert_memory_equal(text, "orders crashed: ", 16);
		text[strlen(text) - 1] = '\0';
		assert_string_equal(text + 16, rows[i].line);
		free(text);
		crash_frames_clear(&report.frames);
	}
}

static void
gives_the_words_of_an_assert_and_an_exception(void **state)
{
	struct crash_report report = report_of(
	    (struct crash_facts) { .signal = SIGABRT,
		.handler = "f",
		.message = "a.c:1: f: Assertion `x' failed." },
	    "\nx\tstd::bad_alloc\t\n-\tstd::terminate()\tlib+0x1\n.\n");
	char *text = crash_report_block(&report);

	(void)state;
	assert_string_equal(text,
	    "orders crashed: SIGABRT in f\n"
	    "    a.c:1: f: Assertion `x' failed.\n"
	    "    uncaught exception std::bad_alloc\n"
	    "    #0  std::terminate()  lib+0x1\n");
	free(text);
	crash_frames_clear(&report.frames);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_it_in_lines),
		cmocka_unit_test(shows_the_first_and_the_last_of_many_frames),
		cmocka_unit_test(says_why_the_signal_came),
		cmocka_unit_test(gives_the_words_of_an_assert_and_an_exception),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
