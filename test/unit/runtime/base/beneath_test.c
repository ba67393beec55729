#include "runtime/base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder "in" beside a file "secret". */
struct place {
	char root[64];
	int folder;
};

static void
write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int
set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->root, "/tmp/beneath_test_XXXXXX");
	assert_non_null(mkdtemp(place->root));
	assert_int_equal(chdir(place->root), 0);
	write_file("secret", "secret");
	mkdir("in", 0700);
	mkdir("in/sub", 0700);
	write_file("in/a", "a");
	write_file("in/sub/b", "b");
	mkfifo("in/fifo", 0600);
	assert_int_equal(symlink("a", "in/inner"), 0);
	assert_int_equal(symlink("../secret", "in/outer"), 0);
	assert_int_equal(symlink("..", "in/up"), 0);
	assert_int_equal(symlink("/etc", "in/absolute"), 0);
	assert_int_equal(symlink("loop", "in/loop"), 0);
	place->folder = open("in", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(place->folder >= 0);
	*state = place;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *place = *state;
	char command[128];

	close(place->folder);
	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -r %s", place->root);
	assert_int_equal(system(command), 0);
	free(place);
	return 0;
}

static const struct {
	const char *path;
	int opened, walked; /* 0 or the errno */
} rows[] = {
	{ "a", 0, 0 },
	{ "sub/b", 0, 0 },
	{ "sub//./b", 0, 0 },
	{ "sub", 0, 0 },
	{ "sub/", 0, 0 },
	{ ".", 0, 0 },
	{ "fifo", 0, 0 },
	{ "nope", ENOENT, ENOENT },
	{ "a/b", ENOTDIR, ENOTDIR },
	{ "sub/../a", 0, EXDEV },
	{ "inner", 0, ELOOP },
	{ "..", EXDEV, EXDEV },
	{ "../secret", EXDEV, EXDEV },
	{ "../in/a", EXDEV, EXDEV },
	{ "sub/../../secret", EXDEV, EXDEV },
	{ "/etc/passwd", EXDEV, EXDEV },
	{ "outer", EXDEV, ELOOP },
	{ "up/secret", EXDEV, ENOTDIR },
	{ "absolute/passwd", EXDEV, ENOTDIR },
	{ "loop", ELOOP, ELOOP },
};

static void
check(int (*open_it)(int, const char *), bool walks, int folder)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int fd = open_it(folder, rows[i].path);
		const int got = fd >= 0 ? 0 : errno;

		if (fd >= 0)
			close(fd);
		if (got != (walks ? rows[i].walked : rows[i].opened))
			fail_msg("%s: %s", rows[i].path, strerror(got));
	}
}

static void
opens_what_lies_in_the_folder_and_nothing_else(void **state)
{
	const struct place *place = *state;

	check(beneath_open, false, place->folder);
}

static void
walks_into_the_folder_and_nowhere_else(void **state)
{
	const struct place *place = *state;

	check(beneath_walk, true, place->folder);
}

static void
refuses_a_name_that_is_too_long(void **state)
{
	const struct place *place = *state;
	char name[400];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(beneath_walk(place->folder, name), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_int_equal(beneath_open(place->folder, name), -1);
	assert_int_equal(errno, ENAMETOOLONG);
}

/* As root, who may list any, this is tried as somebody else. */
static void
walks_through_a_folder_that_it_may_not_list(void **state)
{
	const struct place *place = *state;
	const bool is_root = geteuid() == 0;
	int fd;

	chmod("in/sub/b", 0444);
	chmod("in/sub", 0111);
	chmod("in", 0111);
	assert_int_equal(is_root ? seteuid(65534) : 0, 0);
	fd = beneath_walk(place->folder, "sub/b");
	assert_int_equal(is_root ? seteuid(0) : 0, 0);
	chmod("in", 0700);
	chmod("in/sub", 0700);
	assert_true(fd >= 0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(opens_what_lies_in_the_folder_and_nothing_else),
		TEST(walks_into_the_folder_and_nowhere_else),
		TEST(walks_through_a_folder_that_it_may_not_list),
		TEST(refuses_a_name_that_is_too_long),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
