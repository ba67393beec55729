#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "runtime/watch/watch_trail.h"

static char tmp[40];

static int
set_up(void **state)
{
	(void)state;
	strcpy(tmp, "/tmp/watch_trail_test-XXXXXX");
	if (mkdtemp(tmp) == NULL || chdir(tmp) != 0)
		return -1;
	return system("mkdir -p a/b; >a/b/f; ln -s a/b l; ln -s loop loop; "
		      "ln -s $PWD/l/f m; ln -s ../f a/b/n");
}

static int
tear_down(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", tmp);
	return chdir("/") != 0 ? -1 : system(command);
}

/* The steps below the temporary folder: "FOLDER:NAME". */
static void
describe(const struct watch_trail *trail, char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; i < trail->n; i++) {
		const struct watch_step *step = &trail->steps[i];
		const size_t len = strlen(text);

		if (strncmp(step->folder, tmp, strlen(tmp)) != 0)
			continue;
		snprintf(text + len, size - len, "%s%s:%s", len > 0 ? " " : "",
		    step->folder + strlen(tmp),
		    step->name != NULL ? step->name : "");
	}
}

static void
names_each_folder_and_symlink_on_the_way(void **state)
{
	static const struct {
		const char *path, *want;
		bool is_whole;
	} rows[] = {
		{ "a/b/f", ": /a: /a/b: /a/b:f", true },
		{ "a/b/f/", ": /a: /a/b: /a/b:f", true },
		{ "a/b", ": /a: /a:b", true },
		{ "l/f", ": :l /a: /a/b: /a/b:f", true },
		{ "a/b/g", ": /a: /a/b: /a/b:g", false },
		{ "x/y/z", ": :x", false },
		{ "a/b/n", ": /a: /a/b: /a/b:n /a/b/..: /a/b/..:f", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char path[100], text[1000];
		struct watch_trail trail, again;

		snprintf(path, sizeof(path), "%s/%s", tmp, rows[i].path);
		watch_trail_resolve(&trail, path);
		describe(&trail, text, sizeof(text));
		assert_string_equal(text, rows[i].want);
		assert_int_equal(trail.is_whole, rows[i].is_whole);
		watch_trail_resolve(&again, path);
		assert_true(watch_trail_is_same(&trail, &again));
		watch_trail_clear(&again);
		watch_trail_clear(&trail);
	}
}

static void
differs_when_a_symlink_was_switched(void **state)
{
	char path[100];
	struct watch_trail before, after;

	(void)state;
	snprintf(path, sizeof(path), "%s/l/f", tmp);
	watch_trail_resolve(&before, path);
	assert_int_equal(system("mkdir c; >c/f; ln -sfn c l"), 0);
	watch_trail_resolve(&after, path);
	assert_true(after.is_whole);
	assert_false(watch_trail_is_same(&before, &after));
	watch_trail_clear(&before);
	watch_trail_clear(&after);
}

static void
ends_at_a_loop_of_symlinks(void **state)
{
	char path[100];
	struct watch_trail trail;

	(void)state;
	snprintf(path, sizeof(path), "%s/loop/f", tmp);
	watch_trail_resolve(&trail, path);
	assert_false(trail.is_whole);
	assert_true(trail.n < 100);
	watch_trail_clear(&trail);
}

static void
knows_that_the_root_of_all_is_there(void **state)
{
	struct watch_trail trail;

	(void)state;
	watch_trail_resolve(&trail, "/");
	assert_true(trail.is_whole);
	assert_int_equal(trail.n, 0);
	watch_trail_clear(&trail);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(names_each_folder_and_symlink_on_the_way),
		TEST(differs_when_a_symlink_was_switched),
		TEST(ends_at_a_loop_of_symlinks),
		TEST(knows_that_the_root_of_all_is_there),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
