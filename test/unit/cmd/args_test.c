#include "cmd/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What the flags below leave behind. */
struct seen {
	int64_t workers;
	int production;
	char options[64];
};

static int
set_workers(void *target, const char *value, struct error *err)
{
	static const struct args_bounds bounds = { "--workers", 1, 64 };
	struct seen *seen = target;

	return args_number(&bounds, value, &seen->workers, err);
}

static int
set_production(void *target, const char *value, struct error *err)
{
	struct seen *seen = target;

	(void)err;
	assert_null(value);
	seen->production++;
	return 0;
}

static int
add_option(void *target, const char *value, struct error *err)
{
	struct seen *seen = target;

	(void)err;
	strcat(strcat(seen->options, value), ";");
	return 0;
}

static const struct args_flag flags[] = {
	{ "--workers", "N", set_workers, "worker processes of each service" },
	{ "--production", NULL, set_production, "no watcher and no banner" },
	{ "--option", "KEY=VALUE", add_option, "set an option" },
	{ "--a-flag-with-a-long-name", "VALUE", add_option, "and its help" },
	{ .name = NULL },
};

static const struct args_command command = {
	.name = "run",
	.operands = "SERVICE...",
	.min = 1,
	.max = 2,
	.help = "Runs services",
	.flags = flags,
};

#define WORDS_MAX 8

/* Parses "run" and the words after it. */
static enum args_verdict
parse(const char *const *words, char **argv, struct seen *seen, int *operands,
    struct error *err)
{
	int argc = 1;

	*seen = (struct seen) { 0 };
	*err = (struct error) { "" };
	argv[0] = (char *)(uintptr_t) "run";
	for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	argv[argc] = NULL;
	*operands = -1;
	return args_parse(&command, seen, argc, argv, operands, err);
}

static void
reads_flags_and_collects_operands(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		int64_t workers;
		int production;
		const char *options;
		const char *first, *second;
	} rows[] = {
		{ { "a.so" }, 0, 0, "", "a.so", NULL },
		{ { "--workers", "4", "a.so" }, 4, 0, "", "a.so", NULL },
		{ { "--workers=4", "a.so" }, 4, 0, "", "a.so", NULL },
		{ { "a.so", "--production", "b.so" }, 0, 1, "", "a.so",
		    "b.so" },
		{ { "--option", "a=b", "a.so", "--option=c=d" }, 0, 0,
		    "a=b;c=d;", "a.so", NULL },
		{ { "--workers=4", "a.so", "--workers=5" }, 5, 0, "", "a.so",
		    NULL },
		{ { "--option=", "a.so" }, 0, 0, ";", "a.so", NULL },
		{ { "--option", "-x", "-" }, 0, 0, "-x;", "-", NULL },
		{ { "--", "--production", "--" }, 0, 0, "", "--production",
		    "--" },
		{ { "a.so", "--", "-b.so" }, 0, 0, "", "a.so", "-b.so" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *argv[WORDS_MAX + 2];
		struct seen seen;
		struct error err;
		int operands;

		assert_int_equal(
		    parse(rows[i].words, argv, &seen, &operands, &err),
		    ARGS_RUN);
		assert_string_equal(err.text, "");
		assert_int_equal(seen.workers, rows[i].workers);
		assert_int_equal(seen.production, rows[i].production);
		assert_string_equal(seen.options, rows[i].options);
		assert_int_equal(operands, rows[i].second == NULL ? 1 : 2);
		assert_string_equal(argv[1], rows[i].first);
		if (rows[i].second != NULL)
			assert_string_equal(argv[2], rows[i].second);
	}
}

static void
refuses_with_one_line_that_says_why(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *error;
	} rows[] = {
		{ { "--workrs", "4" },
		    "tomodachi run: no such option "
		    "--workrs, nearest is --workers" },
		{ { "--workrs=4" },
		    "tomodachi run: no such option "
		    "--workrs, nearest is --workers" },
		{ { "-production" },
		    "tomodachi run: no such option "
		    "-production, nearest is --production" },
		{ { "--hlep" },
		    "tomodachi run: no such option --hlep, "
		    "nearest is --help" },
		{ { "--\n" },
		    "tomodachi run: no such option --\\n, nearest is --help" },
		{ { "a.so", "--workers" },
		    "tomodachi run: --workers needs "
		    "a value: --workers N" },
		{ { "a.so", "--workers", "--production" },
		    "tomodachi run: "
		    "--workers needs a value: --workers N" },
		{ { "--production=1", "a.so" },
		    "tomodachi run: --production takes no value" },
		{ { "--workers=0", "a.so" },
		    "tomodachi run: --workers: want "
		    "1 to 64, got \"0\"" },
		{ { "--workers=", "a.so" },
		    "tomodachi run: --workers: want "
		    "1 to 64, got \"\"" },
		{ { "--workers=+4", "a.so" },
		    "tomodachi run: --workers: want "
		    "1 to 64, got \"+4\"" },
		{ { "--workers=4x", "a.so" },
		    "tomodachi run: --workers: want "
		    "1 to 64, got \"4x\"" },
		{ { "--workers=99999999999999999999", "a.so" },
		    "tomodachi run: --workers: want 1 to 64, got "
		    "\"99999999999999999999\"" },
		{ { NULL }, "tomodachi run: want SERVICE..." },
		{ { "--" }, "tomodachi run: want SERVICE..." },
		{ { "a", "b", "c" }, "tomodachi run: unexpected argument c" },
		/* What follows a "=" may be a secret. */
		{ { "a", "b", "amqp.password=hunter2" },
		    "tomodachi run: unexpected argument amqp.password" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *argv[WORDS_MAX + 2];
		struct seen seen;
		struct error err;
		int operands;

		assert_int_equal(
		    parse(rows[i].words, argv, &seen, &operands, &err),
		    ARGS_BAD);
		assert_string_equal(err.text, rows[i].error);
	}
}

static void
asks_for_usage_unless_flags_have_ended(void **state)
{
	static const char *const helps[][3] = { { "--help" }, { "-h" },
		{ "a.so", "--help" } };
	static const char *const operand[] = { "--", "--help", NULL };
	char *argv[WORDS_MAX + 2];
	struct seen seen;
	struct error err;
	int operands;

	(void)state;
	for (size_t i = 0; i < sizeof(helps) / sizeof(*helps); i++)
		assert_int_equal(
		    parse(helps[i], argv, &seen, &operands, &err), ARGS_HELP);
	assert_int_equal(
	    parse(operand, argv, &seen, &operands, &err), ARGS_RUN);
}

static void
writes_usage_from_the_table(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	args_usage(&command, to);
	fclose(to);
	assert_string_equal(text,
	    "Usage: tomodachi run [OPTION]... SERVICE...\n"
	    "Runs services.\n"
	    "\n"
	    "  --workers N             worker processes of each service\n"
	    "  --production            no watcher and no banner\n"
	    "  --option KEY=VALUE      set an option\n"
	    "  --a-flag-with-a-long-name VALUE\n"
	    "                          and its help\n"
	    "  --help                  print this text\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_flags_and_collects_operands),
		cmocka_unit_test(refuses_with_one_line_that_says_why),
		cmocka_unit_test(asks_for_usage_unless_flags_have_ended),
		cmocka_unit_test(writes_usage_from_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
