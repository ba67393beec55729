#include "test/unit/runtime/build/building.h"

#include <dlfcn.h>
#include <glob.h>

#define GOOD "#include <tomodachi.h>\nTOMO_SERVICE(.name = \"good\");\n"
#define GOOD_CXX \
	"#include <tomodachi.h>\n" \
	"static int f(struct tomo_call *) { return 0; }\n" \
	"static constexpr auto route = tomo::http(\"GET\", \"/\", f, \"f\");\n" \
	"static constexpr tomo_handler rows[] =\n" \
	"    { tomo::row(route), tomo::end() };\n" \
	"TOMO_SERVICE_CXX(tomo::service(\"good\", rows));\n"
#define BAD \
	"#include <tomodachi.h>\nint f(void) { int unused; return nowhere; }\n"

static int
set_up_compiler(void **state)
{
	static const char *const unset[] = { "CC", "CXX", "CPPFLAGS", "CFLAGS",
		"CXXFLAGS", "LDFLAGS", "LDLIBS" };

	for (size_t i = 0; i < sizeof(unset) / sizeof(unset[0]); i++)
		unsetenv(unset[i]);
	return set_up(state);
}

static void
expect_no_run(const struct recipe *recipe)
{
	char *pattern = xasprintf("%s/run-*", recipe->folder);
	glob_t found;

	assert_int_equal(glob(pattern, 0, NULL, &found), GLOB_NOMATCH);
	free(pattern);
}

static struct recipe *
compile(const char *source)
{
	struct recipe *recipe = recipe_compile(source, NULL);

	assert_non_null(recipe);
	return recipe;
}

static void
expect_service(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		fail_msg("%s", dlerror());
	assert_non_null(dlsym(handle, "tomo_service"));
	dlclose(handle);
}

static void
expect_good(const struct recipe *recipe)
{
	run(recipe);
	assert_string_equal(line, "");
	assert_true(is_ok);
	assert_string_equal(output, "");
	expect_service(recipe->result);
	expect_log(recipe);
	expect_no_run(recipe);
}

static void
makes_a_service_of_a_good_file(void **state)
{
	(void)state;
	write_text("good.c", GOOD);
	struct recipe *recipe = compile("good.c");
	expect_good(recipe);
	recipe_free(recipe);
}

static void
makes_a_service_of_cxx(void **state)
{
	(void)state;
	write_text("good.cc", GOOD_CXX);
	struct recipe *recipe = compile("good.cc");
	expect_good(recipe);
	recipe_free(recipe);
}

static void
takes_any_name_for_a_name(void **state)
{
	static const char name[] = "it's \"$HOME\" `x`; a\\ b.c";

	(void)state;
	write_text(name, GOOD);
	struct recipe *recipe = compile(name);
	expect_good(recipe);
	recipe_free(recipe);
}

static void
takes_a_compiler_with_arguments(void **state)
{
	(void)state;
	write_text("good.c", GOOD);
	setenv("CC", "env X=1 gcc", 1);
	struct recipe *recipe = compile("good.c");
	expect_good(recipe);
	recipe_free(recipe);
}

static void
shows_the_words_of_the_compiler_byte_for_byte(void **state)
{
	(void)state;
	write_text("bad.c", BAD);
	struct recipe *recipe = compile("bad.c");
	run(recipe);
	assert_false(is_ok);
	assert_string_equal(line, "bad.c: build failed (exit code 1)");
	expect_log(recipe);

	glob_t found;
	char *by_hand = xasprintf("%s/tomodachi/include-*", tmp);
	assert_int_equal(glob(by_hand, 0, NULL, &found), 0);
	free(by_hand);
	by_hand = xasprintf("cc -std=gnu11 -I'%s' -g -O2 -Wall -Wextra -c "
			    "-o x.o bad.c 2>by_hand",
	    found.gl_pathv[0]);
	assert_int_not_equal(system(by_hand), 0);
	char *want = read_text("by_hand");
	assert_non_null(strstr(want, "bad.c:2:"));
	assert_string_equal(output, want);
	globfree(&found);
	free(want);
	free(by_hand);
	recipe_free(recipe);
}

static void
keeps_the_last_good_result(void **state)
{
	(void)state;
	write_text("turns.c", GOOD);
	struct recipe *recipe = compile("turns.c");
	run(recipe);
	assert_true(is_ok);
	write_text("turns.c", BAD);
	run(recipe);
	assert_false(is_ok);
	expect_service(recipe->result);
	expect_no_run(recipe);
	recipe_free(recipe);
}

static void
says_what_to_do_without_a_compiler(void **state)
{
	(void)state;
	write_text("good.c", GOOD);
	write_text("good.cc", GOOD);
	setenv("CC", "nowhere-cc", 1);
	struct recipe *recipe = compile("good.c");
	run(recipe);
	assert_false(is_ok);
	assert_string_equal(line,
	    "cannot run nowhere-cc: not found: install a C compiler or set "
	    "CC");
	recipe_free(recipe);
	setenv("CXX", "nowhere-c++", 1);
	recipe = compile("good.cc");
	run(recipe);
	assert_string_equal(line,
	    "cannot run nowhere-c++: not found: install a C++ compiler or set "
	    "CXX");
	recipe_free(recipe);
}

static void
needs_a_result_of_a_compiler_that_succeeds(void **state)
{
	(void)state;
	write_text("good.c", GOOD);
	setenv("CC", "true", 1);
	struct recipe *recipe = compile("good.c");
	run(recipe);
	assert_false(is_ok);
	char *want = xasprintf(
	    "good.c: the build did not make %s", recipe->result);
	assert_string_equal(line, want);
	free(want);
	recipe_free(recipe);
}

static void
makes_the_folder_of_a_cache_that_was_emptied(void **state)
{
	(void)state;
	write_text("good.c", GOOD);
	struct recipe *recipe = compile("good.c");
	assert_int_equal(system("rm -rf tomodachi"), 0);
	expect_good(recipe);
	recipe_free(recipe);
}

static void
builds_the_same_file_twice_at_once(void **state)
{
	(void)state;
	write_text("good.c", GOOD);
	setenv("CC", "until test -e go; do sleep 0.01; done; cc", 1);
	struct recipe *recipe = compile("good.c");
	start(recipe);
	struct build *first = build;
	unsetenv("CC");
	struct recipe *other = compile("good.c");
	assert_string_equal(recipe->result, other->result);
	start(other);
	wait_done();
	assert_true(is_ok);
	expect_service(other->result);

	build = first;
	is_done = false;
	write_text("go", "");
	wait_done();
	assert_true(is_ok);
	expect_service(recipe->result);
	expect_no_run(recipe);
	recipe_free(other);
	recipe_free(recipe);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up_compiler, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(makes_a_service_of_a_good_file),
		TEST(makes_a_service_of_cxx),
		TEST(takes_any_name_for_a_name),
		TEST(takes_a_compiler_with_arguments),
		TEST(shows_the_words_of_the_compiler_byte_for_byte),
		TEST(keeps_the_last_good_result),
		TEST(builds_the_same_file_twice_at_once),
		TEST(says_what_to_do_without_a_compiler),
		TEST(needs_a_result_of_a_compiler_that_succeeds),
		TEST(makes_the_folder_of_a_cache_that_was_emptied),
	};
#undef TEST

	if (getcwd(home, sizeof(home)) == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
