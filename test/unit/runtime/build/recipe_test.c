#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pty.h>
#include <unistd.h>

#include "runtime/base/log.h"
#include "runtime/build/recipe.h"
#include "test/unit/capture.h"

static char tmp[] = "/tmp/recipe_test-XXXXXX";
static char file[100];

static int
set_up(void **state)
{
	static const char *const unset[] = { "CC", "CXX", "CPPFLAGS", "CFLAGS",
		"CXXFLAGS", "LDFLAGS", "LDLIBS", "NO_COLOR" };

	(void)state;
	strcpy(strrchr(tmp, '-'), "-XXXXXX");
	if (mkdtemp(tmp) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof(unset) / sizeof(unset[0]); i++)
		unsetenv(unset[i]);
	setenv("XDG_CACHE_HOME", tmp, 1);
	log_setup(LOG_DISABLED, TOMO_LOG_INFO);
	return 0;
}

static int
tear_down(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", tmp);
	return system(command);
}

/* The recipe for an empty source file of that name; the caller frees it. */
static struct recipe *
compile(const char *name)
{
	struct error err = { "" };

	snprintf(file, sizeof(file), "%s/%s", tmp, name);
	fclose(fopen(file, "w"));
	struct recipe *recipe = recipe_compile(file, &err);
	assert_string_equal(err.text, "");
	assert_non_null(recipe);
	return recipe;
}

static void
expect_command(const char *name, const char *want)
{
	struct recipe *recipe = compile(name);
	char squeezed[1000];
	size_t len = 0;

	for (const char *at = recipe->command; *at != '\0'; at++)
		if (at[0] != ' ' || at[1] != ' ')
			squeezed[len++] = *at;
	squeezed[len] = '\0';
	assert_string_equal(squeezed, want);
	recipe_free(recipe);
}

static void
knows_a_source_by_its_ending(void **state)
{
	static const struct row {
		const char *name;
		bool is_source;
	} rows[] = {
		{ "a.c", true },
		{ "a.cc", true },
		{ "a.cpp", true },
		{ "a.cxx", true },
		{ "a.C", true },
		{ "b/a.so.c", true },
		{ "a.so", false },
		{ "a.h", false },
		{ "a", false },
		{ "a.c/b", false },
		{ ".c", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    recipe_is_source(rows[i].name), rows[i].is_source);
}

#define OURS \
	"-I\"$2\" -shared -fPIC -fvisibility=hidden -fstack-clash-protection"
#define LINK "-Wl,--exclude-libs,ALL -Wl,-Bsymbolic-functions"
#define FILES "-o \"$3\" \"$1\""

static void
compiles_with_sane_flags_when_none_are_set(void **state)
{
	(void)state;
	expect_command("a.c",
	    "cc -std=gnu11 " OURS " -g -O2 -Wall -Wextra " LINK " " FILES
	    " -ljansson");
	expect_command("a.cc",
	    "c++ " OURS " -g -O2 -Wall -Wextra " LINK " " FILES " -ljansson");
}

static void
takes_the_variables_that_make_takes(void **state)
{
	(void)state;
	setenv("CC", "ccache gcc", 1);
	setenv("CXX", "clang++", 1);
	setenv("CPPFLAGS", "-DA='\"b c\"'", 1);
	setenv("CFLAGS", "-O0", 1);
	setenv("CXXFLAGS", "-std=c++20", 1);
	setenv("LDFLAGS", "-L/x", 1);
	setenv("LDLIBS", "-lcurl", 1);
	expect_command("a.c",
	    "ccache gcc -std=gnu11 " OURS " -DA='\"b c\"' -O0 " LINK
	    " -L/x " FILES " -lcurl -ljansson");
	expect_command("a.cpp",
	    "clang++ " OURS " -DA='\"b c\"' -std=c++20 " LINK " -L/x " FILES
	    " -lcurl -ljansson");
}

static void
leaves_the_standard_to_whoever_names_one(void **state)
{
	(void)state;
	setenv("CFLAGS", "-O1 -std=c17", 1);
	expect_command(
	    "a.c", "cc " OURS " -O1 -std=c17 " LINK " " FILES " -ljansson");
	setenv("CFLAGS", "", 1);
	setenv("CC", "gcc -std=c99", 1);
	expect_command(
	    "a.c", "gcc -std=c99 " OURS " " LINK " " FILES " -ljansson");
}

static void
gives_all_flags_that_the_pc_file_gives(void **state)
{
	struct recipe *recipe = compile("a.c");
	FILE *in = fopen("abi/tomodachi.pc.in", "r");
	char line[500];
	unsigned flags = 0;

	(void)state;
	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL) {
		if (strncmp(line, "Cflags:", 7) != 0 &&
		    strncmp(line, "Libs:", 5) != 0)
			continue;
		strtok(line, " \n");
		for (char *flag; (flag = strtok(NULL, " \n")) != NULL;) {
			if (strncmp(flag, "-I", 2) == 0)
				continue;
			assert_non_null(strstr(recipe->command, flag));
			flags++;
		}
	}
	fclose(in);
	assert_true(flags >= 4);
	recipe_free(recipe);
}

/* Whether it asks for colours while standard error is a terminal. */
static bool
has_colour(void)
{
	struct capture capture;
	int ours, terminal;

	assert_int_equal(openpty(&ours, &terminal, NULL, NULL, NULL), 0);
	log_setup(LOG_CONSOLE, TOMO_LOG_INFO);
	capture_begin(&capture, STDERR_FILENO, terminal);
	struct recipe *recipe = compile("a.c");
	capture_end(&capture);
	const bool found = strstr(recipe->command,
			       " -fdiagnostics-color=always ") != NULL;
	recipe_free(recipe);
	close(ours);
	close(terminal);
	return found;
}

static void
keeps_the_colours_of_a_terminal_unless_unwanted(void **state)
{
	(void)state;
	setenv("TERM", "xterm", 1);
	assert_true(has_colour());
	setenv("NO_COLOR", "1", 1);
	assert_false(has_colour());
}

static void
leaves_the_result_in_the_cache(void **state)
{
	struct recipe *recipe = compile("orders.c");
	char want[300];

	(void)state;
	snprintf(want, sizeof(want), "%s/orders.so", recipe->folder);
	assert_string_equal(recipe->result, want);
	snprintf(want, sizeof(want), "%s/tomodachi/orders-", tmp);
	assert_memory_equal(recipe->folder, want, strlen(want));
	recipe_free(recipe);
}

static void
makes_no_option_of_a_file_name(void **state)
{
	struct error err = { "" };

	(void)state;
	assert_int_equal(chdir(tmp), 0);
	fclose(fopen("-a.c", "w"));
	struct recipe *recipe = recipe_compile("-a.c", &err);
	assert_non_null(recipe);
	assert_string_equal(recipe->name, "-a.c");
	assert_string_equal(recipe->source, "./-a.c");
	recipe_free(recipe);
}

static void
refuses_what_is_no_source_or_not_there(void **state)
{
	struct error err = { "" };

	(void)state;
	assert_null(recipe_compile("/nowhere/a.c", &err));
	assert_string_equal(
	    err.text, "/nowhere/a.c: No such file or directory");
	assert_null(recipe_compile("a.so", &err));
	assert_string_equal(err.text,
	    "a.so: not a source file: want .c, .cc, .cpp, .cxx or .C");
}

static void
takes_a_command_as_it_is(void **state)
{
	struct error err = { "" };
	struct recipe *recipe = recipe_command(
	    "make service.so", "service.so", &err);

	(void)state;
	assert_non_null(recipe);
	assert_string_equal(recipe->command, "make service.so");
	assert_string_equal(recipe->name, "service.so");
	assert_string_equal(recipe->result, "service.so");
	assert_null(recipe->source);
	recipe_free(recipe);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(knows_a_source_by_its_ending),
		TEST(compiles_with_sane_flags_when_none_are_set),
		TEST(takes_the_variables_that_make_takes),
		TEST(leaves_the_standard_to_whoever_names_one),
		TEST(gives_all_flags_that_the_pc_file_gives),
		TEST(keeps_the_colours_of_a_terminal_unless_unwanted),
		TEST(leaves_the_result_in_the_cache),
		TEST(refuses_what_is_no_source_or_not_there),
		TEST(takes_a_command_as_it_is),
		/* Last: it leaves the working folder. */
		TEST(makes_no_option_of_a_file_name),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
