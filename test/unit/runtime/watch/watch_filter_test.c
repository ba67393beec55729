#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "runtime/watch/watch.h"
#include "runtime/watch/watch_filter.h"

static const struct watch_config config = {
	.ignored_dirs = (const char *const[]) { "node_modules", "build/out",
	    "./web//dist/", "/srv/data", NULL },
	.endings = (const char *const[]) { ".so", ".json", NULL },
	.files = (const char *const[]) { "a.so", "./b/../x.so", NULL },
	.others = (const char *const[]) { "/app/other.so", NULL },
};
static struct watch_filter *filter;

static int
set_up(void **state)
{
	(void)state;
	filter = watch_filter_new(&config, "/app");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	watch_filter_free(filter);
	return 0;
}

static void
enters_all_folders_but_the_ignored(void **state)
{
	static const struct row {
		const char *path, *name;
		bool want;
	} rows[] = {
		{ "/app", "src", true },
		{ "/app", ".git", false },
		{ "/app/deep/er", ".git", false },
		{ "/elsewhere", "__pycache__", false },
		{ "/app", "__tmp__", false },
		{ "/app/a", "node_modules", false },
		{ "/app/a", "node_modules2", true },
		/* A path is one from the working folder. */
		{ "/app", "build", true },
		{ "/app/build", "out", false },
		{ "/app/src/build", "out", true },
		{ "/app/web", "dist", false },
		{ "/srv", "data", false },
		{ "/app/srv", "data", true },
		{ "/", "build", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    watch_filter_enters(filter, rows[i].path, rows[i].name),
		    rows[i].want);
}

static void
counts_names_by_their_ending_but_no_private_copies(void **state)
{
	static const char *const no[] = { "a.so.1", "a.c", "so", "", "a.sow",
		".a.so.12.3" };
	static const char *const yes[] = { "a.so", ".json", "a.b.json" };
	const struct watch_config all = {
		.endings = (const char *const[]) { "", NULL },
	};
	struct watch_filter *any = watch_filter_new(&all, "/app");

	(void)state;
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(watch_filter_has_ending(filter, no[i]));
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(watch_filter_has_ending(filter, yes[i]));
	assert_false(watch_filter_has_ending(any, ".a.so.12.3"));
	assert_true(watch_filter_has_ending(any, ".1.2"));
	assert_true(watch_filter_has_ending(any, "a.so.12.3"));
	assert_true(watch_filter_has_ending(any, ".a.so.12"));
	watch_filter_free(any);
}

static void
keeps_the_files_of_services_apart(void **state)
{
	(void)state;
	assert_true(watch_filter_is_apart(filter, "/app", "a.so"));
	assert_true(watch_filter_is_apart(filter, "/app", "other.so"));
	assert_false(watch_filter_is_apart(filter, "/app/b", "a.so"));
	assert_false(watch_filter_is_apart(filter, "/app", "c.so"));
}

static void
shows_what_is_below_the_working_folder_from_there(void **state)
{
	(void)state;
	assert_string_equal(watch_filter_shown(filter, "/app/a.so"), "a.so");
	assert_string_equal(watch_filter_shown(filter, "/app/b/a"), "b/a");
	assert_string_equal(watch_filter_shown(filter, "/apple/a"), "/apple/a");
}

static void
makes_paths_absolute(void **state)
{
	static const char *const rows[][2] = {
		{ "a", "/app/a" },
		{ ".", "/app" },
		{ "./a//b/./", "/app/a/b" },
		{ "/", "/" },
		{ "/usr/bin/..", "/usr" },
		{ "..a/b", "/app/..a/b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path = watch_filter_absolute(filter, rows[i][0]);

		assert_string_equal(path, rows[i][1]);
		free(path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enters_all_folders_but_the_ignored),
		cmocka_unit_test(
		    counts_names_by_their_ending_but_no_private_copies),
		cmocka_unit_test(keeps_the_files_of_services_apart),
		cmocka_unit_test(
		    shows_what_is_below_the_working_folder_from_there),
		cmocka_unit_test(makes_paths_absolute),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
