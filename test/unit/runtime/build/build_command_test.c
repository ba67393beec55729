#include "test/unit/runtime/build/building.h"

#include <errno.h>

/* The recipe's folder holds the log, if that, and nothing else. */
static void
expect_no_run(const struct recipe *recipe)
{
	char *path = xasprintf("%s/" BUILD_LOG, recipe->folder);

	unlink(path);
	assert_int_equal(rmdir(recipe->folder), 0);
	free(path);
}

static struct recipe *
command(const char *text)
{
	struct recipe *recipe = recipe_command(text, "service.so", NULL);

	assert_non_null(recipe);
	return recipe;
}

static void
runs_a_command_in_the_working_folder(void **state)
{
	(void)state;
	struct recipe *recipe = command(
	    "echo out; echo err >&2; cat; touch service.so; printf end");
	run(recipe);
	assert_string_equal(line, "");
	assert_true(is_ok);
	assert_string_equal(output, "out\nerr\nend");
	expect_log(recipe);
	assert_int_equal(access("service.so", F_OK), 0);
	recipe_free(recipe);
}

static void
says_how_a_command_failed(void **state)
{
	static const char *const rows[][2] = {
		{ "exit 3", "service.so: build failed (exit code 3)" },
		{ "exit 127", "service.so: build failed (exit code 127)" },
		{ "kill -KILL $$", "service.so: build killed by SIGKILL" },
		{ ":", "service.so: the build did not make service.so" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recipe *recipe = command(rows[i][0]);
		run(recipe);
		assert_false(is_ok);
		assert_string_equal(line, rows[i][1]);
		recipe_free(recipe);
	}
}

static void
records_what_it_builds_and_how_long(void **state)
{
	(void)state;
	log_setup(LOG_LOGFMT, TOMO_LOG_INFO);
	struct recipe *recipe = command("touch service.so");
	run(recipe);
	assert_non_null(strstr(output, "tomodachi.build"));
	assert_non_null(strstr(output, "building"));
	assert_non_null(strstr(output, "\"touch service.so\""));
	assert_non_null(strstr(output, "built"));
	assert_non_null(strstr(output, "elapsed_ms="));
	recipe_free(recipe);
}

static void
names_a_cache_that_cannot_be_used(void **state)
{
	struct recipe *recipe = command("true");
	const struct build_plan plan = { .base = base,
		.environ = environ,
		.recipe = recipe,
		.done = on_done };
	struct error err = { "" };

	(void)state;
	assert_int_equal(system("rm -rf tomodachi; touch tomodachi"), 0);
	assert_null(build_start(&plan, &err));
	assert_non_null(strstr(err.text, "Not a directory"));
	recipe_free(recipe);
}

static void
waits_not_for_who_holds_the_output(void **state)
{
	(void)state;
	struct recipe *recipe = command(
	    "sleep 1000 & echo $! >pid; touch service.so");
	run(recipe);
	assert_true(is_ok);
	char *pid = read_text("pid");
	assert_int_equal(kill(atoi(pid), SIGKILL), 0);
	assert_int_equal(waitpid(atoi(pid), NULL, 0), atoi(pid));
	free(pid);
	recipe_free(recipe);
}

/* Lets the loop run until the file is there. */
static void
wait_for(const char *path)
{
	const struct timeval soon = { .tv_usec = 5000 };

	for (int i = 0; i < 6000 && access(path, F_OK) != 0; i++) {
		event_base_loopexit(base, &soon);
		event_base_dispatch(base);
	}
	assert_int_equal(access(path, F_OK), 0);
}

/* Waits until all children are gone, adopted ones too; SIGALRM ends it. */
static void
expect_no_children(void)
{
	alarm(30);
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	alarm(0);
	assert_int_equal(errno, ECHILD);
}

static void
leaves_no_process_when_stopped(void **state)
{
	static const char *const rows[] = {
		"sleep 1000 & touch there; wait",
		"trap '' TERM; sleep 1000 & touch there; wait; wait; sleep 9",
		"(trap '' TERM; touch there; sleep 1000) & wait",
		"(trap '' TERM; touch there; sleep 1000) & exit",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recipe *recipe = command(rows[i]);
		start(recipe);
		wait_for("there");
		build_stop(build);
		wait_done();
		assert_false(is_ok);
		assert_string_equal(line, "service.so: build stopped");
		expect_no_children();
		expect_no_run(recipe);
		unlink("there");
		recipe_free(recipe);
	}
}

static void
leaves_no_process_when_freed(void **state)
{
	(void)state;
	struct recipe *recipe = command(
	    "trap '' TERM; sleep 1000 & touch there; wait; sleep 9");
	start(recipe);
	wait_for("there");
	build_free(build);
	build = NULL;
	expect_no_children();
	expect_no_run(recipe);
	recipe_free(recipe);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(runs_a_command_in_the_working_folder),
		TEST(says_how_a_command_failed),
		TEST(records_what_it_builds_and_how_long),
		TEST(names_a_cache_that_cannot_be_used),
		TEST(waits_not_for_who_holds_the_output),
		TEST(leaves_no_process_when_stopped),
		TEST(leaves_no_process_when_freed),
	};
#undef TEST

	if (getcwd(home, sizeof(home)) == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
