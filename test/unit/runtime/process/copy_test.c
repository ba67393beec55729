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

#include "runtime/process/copy.h"

static char tmp[] = "/tmp/copy_test-XXXXXX";
static char file[100];

static int
set_up(void **state)
{
	(void)state;
	strcpy(strrchr(tmp, '-'), "-XXXXXX");
	if (mkdtemp(tmp) == NULL)
		return -1;
	setenv("TMPDIR", tmp, 1);
	snprintf(file, sizeof(file), "%s/a.so", tmp);
	FILE *out = fopen(file, "w");
	fputs("first", out);
	return fclose(out);
}

static int
tear_down(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", tmp);
	return system(command);
}

static bool
holds(const char *path, const char *want)
{
	char text[100] = "";
	FILE *in = fopen(path, "r");

	if (in == NULL)
		return false;
	const size_t got = fread(text, 1, sizeof(text) - 1, in);
	fclose(in);
	return got == strlen(want) && memcmp(text, want, got) == 0;
}

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void
keeps_a_copy_in_a_private_folder(void **state)
{
	struct copy_folder *folder = copy_folder_new();
	char path[200], where[200];
	struct stat st;

	(void)state;
	snprintf(where, sizeof(where), "%s", copy_folder_path(folder));
	assert_int_equal(stat(where, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);

	struct copy *copy = copy_new(folder, file, 3, false, NULL);
	assert_non_null(copy);
	snprintf(path, sizeof(path), "%s", copy_path(copy));
	assert_memory_equal(path, where, strlen(where));
	assert_string_equal(path + strlen(where), "/a.so.1");
	assert_true(holds(path, "first"));
	assert_int_equal(copy_fd(copy), -1);
	assert_false(copy_is_original(copy));

	copy_unref(copy_ref(copy));
	assert_true(is_there(path));
	copy_unref(copy);
	assert_false(is_there(path));
	copy_folder_free(folder);
	assert_false(is_there(where));
}

static void
keeps_files_of_the_same_name_apart(void **state)
{
	struct copy_folder *folder = copy_folder_new();

	(void)state;
	struct copy *one = copy_new(folder, file, 1, false, NULL);
	struct copy *other = copy_new(folder, file, 1, false, NULL);
	assert_int_equal(copy_fd(other), -1);
	assert_string_not_equal(copy_path(one), copy_path(other));
	copy_unref(other);
	assert_true(holds(copy_path(one), "first"));
	copy_unref(one);
	copy_folder_free(folder);
}

static void
keeps_it_beside_a_file_that_uses_origin(void **state)
{
	struct copy_folder *folder = copy_folder_new();
	char want[200];

	(void)state;
	struct copy *copy = copy_new(folder, file, 1, true, NULL);
	snprintf(want, sizeof(want), "%s/.a.so.%d.1", tmp, (int)getpid());
	assert_string_equal(copy_path(copy), want);
	assert_true(holds(want, "first"));
	copy_unref(copy);
	assert_false(is_there(want));
	copy_folder_free(folder);
}

static void
keeps_it_in_memory_without_a_folder(void **state)
{
	char path[100];

	(void)state;
	setenv("TMPDIR", "/nowhere", 1);
	struct copy_folder *folder = copy_folder_new();
	assert_null(copy_folder_path(folder));
	struct copy *copy = copy_new(folder, file, 1, false, NULL);
	assert_non_null(copy);
	assert_true(copy_fd(copy) >= 0);
	assert_string_equal(copy_path(copy), "/proc/self/fd/4");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", copy_fd(copy));
	assert_true(holds(path, "first"));
	copy_unref(copy);
	copy_folder_free(folder);
}

static void
names_a_file_that_is_not_there(void **state)
{
	struct copy_folder *folder = copy_folder_new();
	struct error err = { "" };

	(void)state;
	assert_null(copy_new(folder, "/nowhere/b.so", 1, false, &err));
	assert_string_equal(err.text,
	    "/nowhere/b.so: No such file or "
	    "directory");
	copy_folder_free(folder);
}

static void
removes_strays_and_only_those(void **state)
{
	char stray[200], mine[200], inside[300], beside[200], other[200];

	(void)state;
	snprintf(stray, sizeof(stray), "%s/tomodachi-abcdef", tmp);
	assert_int_equal(mkdir(stray, 0700), 0);
	snprintf(inside, sizeof(inside), "%s/a.so.1", stray);
	close(open(inside, O_CREAT | O_WRONLY, 0600));
	snprintf(beside, sizeof(beside), "%s/.a.so.123.4", tmp);
	close(open(beside, O_CREAT | O_WRONLY, 0600));
	snprintf(other, sizeof(other), "%s/.a.so.swp", tmp);
	close(open(other, O_CREAT | O_WRONLY, 0600));

	struct copy_folder *first = copy_folder_new();
	snprintf(mine, sizeof(mine), "%s", copy_folder_path(first));
	struct copy *kept = copy_new(first, file, 2, true, NULL);
	struct copy_folder *second = copy_folder_new();
	struct copy *copy = copy_new(second, file, 1, true, NULL);
	assert_false(is_there(stray));
	assert_false(is_there(beside));
	assert_true(is_there(other));
	assert_true(is_there(mine));
	assert_true(is_there(copy_path(kept)));
	copy_unref(copy);
	copy_unref(kept);
	copy_folder_free(second);
	copy_folder_free(first);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(keeps_a_copy_in_a_private_folder),
		TEST(keeps_files_of_the_same_name_apart),
		TEST(keeps_it_beside_a_file_that_uses_origin),
		TEST(keeps_it_in_memory_without_a_folder),
		TEST(names_a_file_that_is_not_there),
		TEST(removes_strays_and_only_those),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
