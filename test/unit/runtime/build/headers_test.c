#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/build/headers.h"
#include "test/unit/text_file.h"

static char tmp[] = "/tmp/headers_test-XXXXXX";

static int
set_up(void **state)
{
	(void)state;
	strcpy(strrchr(tmp, '-'), "-XXXXXX");
	return mkdtemp(tmp) != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", tmp);
	return system(command);
}

static const char *
carried(const char *name)
{
	for (const struct header *at = headers; at->name != NULL; at++)
		if (strcmp(at->name, name) == 0)
			return at->text;
	fail_msg("%s is not carried", name);
	return NULL;
}

static void
carries_every_public_header_as_it_is(void **state)
{
	glob_t found;
	size_t count = 0;

	(void)state;
	assert_int_equal(glob("abi/tomodachi.h", 0, NULL, &found), 0);
	assert_int_equal(
	    glob("abi/tomodachi/*.h", GLOB_APPEND, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *text = read_text(found.gl_pathv[i]);
		assert_string_equal(
		    carried(found.gl_pathv[i] + strlen("abi/")), text);
		free(text);
	}
	while (headers[count].name != NULL)
		count++;
	assert_int_equal(count, found.gl_pathc);
	globfree(&found);
}

/* Each file of the folder is the one carried, and there is no other. */
static void
expect_written(const char *folder)
{
	char command[300];

	for (const struct header *at = headers; at->name != NULL; at++) {
		char *path = xasprintf("%s/%s", folder, at->name);
		char *text = read_text(path);
		assert_string_equal(text, at->text);
		free(text);
		free(path);
	}
	snprintf(command, sizeof(command),
	    "find '%s' -type f -not -name '*.h' | grep -q .", folder);
	assert_int_not_equal(system(command), 0);
}

static void
writes_them_to_one_folder_of_the_cache(void **state)
{
	struct error err = { "" };
	char *folder = headers_write(tmp, &err);

	(void)state;
	assert_string_equal(err.text, "");
	expect_written(folder);
	assert_non_null(strstr(folder, "/include-" VERSION "-"));
	free(folder);
}

static void
leaves_alone_what_is_as_it_should_be(void **state)
{
	struct stat before, after;
	char *folder = headers_write(tmp, NULL);
	char *path = xasprintf("%s/tomodachi.h", folder);

	(void)state;
	assert_int_equal(stat(path, &before), 0);
	char *again = headers_write(tmp, NULL);
	assert_string_equal(folder, again);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	free(again);
	free(path);
	free(folder);
}

static void
mends_what_somebody_changed_or_removed(void **state)
{
	char *folder = headers_write(tmp, NULL);
	char *changed = xasprintf("%s/tomodachi.h", folder);
	char *removed = xasprintf("%s/tomodachi/abi.h", folder);
	FILE *file = fopen(changed, "a");

	(void)state;
	fputs("more\n", file);
	fclose(file);
	assert_int_equal(unlink(removed), 0);
	free(headers_write(tmp, NULL));
	expect_written(folder);
	free(removed);
	free(changed);
	free(folder);
}

static void
names_the_file_that_cannot_be_written(void **state)
{
	struct error err = { "" };
	char *folder = headers_write(tmp, NULL);
	char *path = xasprintf("%s/tomodachi.h", folder);

	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_null(headers_write(tmp, &err));
	char *want = xasprintf("cannot write %s: Is a directory", path);
	assert_string_equal(err.text, want);
	free(want);
	free(path);
	free(folder);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(carries_every_public_header_as_it_is),
		TEST(writes_them_to_one_folder_of_the_cache),
		TEST(leaves_alone_what_is_as_it_should_be),
		TEST(mends_what_somebody_changed_or_removed),
		TEST(names_the_file_that_cannot_be_written),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
