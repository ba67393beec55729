#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/folder.h"
#include "runtime/base/alloc.h"
#include "runtime/build/cache.h"

static char tmp[] = "/tmp/cache_test-XXXXXX";

static int
set_up(void **state)
{
	(void)state;
	strcpy(strrchr(tmp, '-'), "-XXXXXX");
	if (mkdtemp(tmp) == NULL)
		return -1;
	unsetenv("XDG_CACHE_HOME");
	unsetenv("HOME");
	return setenv("TMPDIR", tmp, 1);
}

static int
tear_down(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", tmp);
	return system(command);
}

/* The path below the temporary folder, valid until the next but one. */
static const char *
below(const char *name)
{
	static char paths[2][200];
	static int turn;

	turn = !turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", tmp, name);
	return paths[turn];
}

static unsigned
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

/* The root is this, and is a private folder. */
static void
expect_root(const char *want)
{
	char *root = cache_root(NULL);

	assert_non_null(root);
	assert_string_equal(root, want);
	assert_int_equal(mode_of(root), 0700);
	free(root);
}

static void
takes_the_first_place_that_is_named(void **state)
{
	char name[60];

	(void)state;
	snprintf(name, sizeof(name), "tomodachi.cache.%ld", (long)geteuid());
	expect_root(below(name));
	setenv("HOME", below("home"), 1);
	expect_root(below("home/.cache/tomodachi"));
	setenv("XDG_CACHE_HOME", below("xdg"), 1);
	expect_root(below("xdg/tomodachi"));
	/* It must be absolute, says its specification. */
	setenv("XDG_CACHE_HOME", "xdg", 1);
	expect_root(below("home/.cache/tomodachi"));
}

static void
passes_over_a_place_that_cannot_be_made(void **state)
{
	(void)state;
	setenv("XDG_CACHE_HOME", "/proc/nothing", 1);
	setenv("HOME", below("home"), 1);
	expect_root(below("home/.cache/tomodachi"));
}

static void
says_what_to_do_when_no_place_is_left(void **state)
{
	struct error err = { "" };
	char want[200];

	(void)state;
	setenv("TMPDIR", "/proc/nothing", 1);
	assert_null(cache_root(&err));
	snprintf(want, sizeof(want),
	    "cache folder /proc/nothing/tomodachi.cache.%ld: No such file or "
	    "directory: set XDG_CACHE_HOME to a folder that can be written",
	    (long)geteuid());
	assert_string_equal(err.text, want);
}

static void
refuses_the_folder_of_another_user(void **state)
{
	struct error err = { "" };

	(void)state;
	if (geteuid() != 0)
		skip();
	setenv("XDG_CACHE_HOME", tmp, 1);
	setenv("HOME", below("home"), 1);
	assert_int_equal(mkdir(below("tomodachi"), 0700), 0);
	assert_int_equal(chown(below("tomodachi"), 65534, 65534), 0);
	assert_null(cache_root(&err));
	assert_non_null(strstr(err.text, "another user owns it"));
}

static void
refuses_a_folder_that_others_may_write_to(void **state)
{
	struct error err = { "" };

	(void)state;
	setenv("XDG_CACHE_HOME", tmp, 1);
	assert_int_equal(mkdir(below("tomodachi"), 0700), 0);
	assert_int_equal(chmod(below("tomodachi"), 0770), 0);
	assert_null(cache_root(&err));
	assert_non_null(strstr(err.text, "other users may write to it"));
}

static void
follows_no_link_to_the_folder(void **state)
{
	struct error err = { "" };

	(void)state;
	assert_int_equal(mkdir(below("real"), 0700), 0);
	assert_int_equal(symlink(below("real"), below("link")), 0);
	assert_int_equal(cache_make(below("link"), &err), -1);
	assert_non_null(strstr(err.text, "Not a directory"));
}

static void
names_the_folder_by_file_and_real_path(void **state)
{
	(void)state;
	assert_int_equal(mkdir(below("a"), 0700), 0);
	assert_int_equal(symlink(below("a"), below("b")), 0);
	char *first = cache_folder("/cache", below("a/orders.c"));
	char *linked = cache_folder("/cache", below("b/orders.c"));
	char *other = cache_folder("/cache", below("orders.c"));
	assert_string_equal(first, linked);
	assert_string_not_equal(first, other);
	assert_memory_equal(first, "/cache/orders-", 14);
	assert_int_equal(strlen(first), 14 + 16);
	free(first);
	free(linked);
	free(other);
}

static void
strips_folders_and_ending_from_a_name(void **state)
{
	static const char *const rows[][2] = {
		{ "orders.c", "orders" },
		{ "a/b.c/orders", "orders" },
		{ "a.b.c", "a.b" },
		{ "/x/.c", ".c" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *name = cache_name(rows[i][0]);
		assert_string_equal(name, rows[i][1]);
		free(name);
	}
}

static void
cuts_a_name_that_would_be_too_long_with_more(void **state)
{
	char file[256];

	(void)state;
	memset(file, 'x', sizeof(file));
	file[255] = '\0';
	char *name = cache_name(file);
	assert_int_equal(strlen(name), 200);
	free(name);
}

static void
removes_only_old_runs(void **state)
{
	static const struct timespec long_ago[2] = { { .tv_sec = 1 },
		{ .tv_sec = 1 } };
	char *old = cache_run_new(tmp, NULL);
	char *young = cache_run_new(tmp, NULL);

	(void)state;
	char *file = xasprintf("%s/built.so", old);
	assert_int_equal(close(open(file, O_CREAT | O_WRONLY, 0600)), 0);
	free(file);
	assert_int_equal(utimensat(AT_FDCWD, old, long_ago, 0), 0);
	char *next = cache_run_new(tmp, NULL);
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(access(young, F_OK), 0);
	assert_int_equal(mode_of(next), 0700);
	folder_remove(next);
	assert_int_equal(access(next, F_OK), -1);
	free(old);
	free(young);
	free(next);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(takes_the_first_place_that_is_named),
		TEST(passes_over_a_place_that_cannot_be_made),
		TEST(says_what_to_do_when_no_place_is_left),
		TEST(refuses_the_folder_of_another_user),
		TEST(refuses_a_folder_that_others_may_write_to),
		TEST(follows_no_link_to_the_folder),
		TEST(names_the_folder_by_file_and_real_path),
		TEST(strips_folders_and_ending_from_a_name),
		TEST(cuts_a_name_that_would_be_too_long_with_more),
		TEST(removes_only_old_runs),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
