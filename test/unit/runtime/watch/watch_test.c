#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#include "test/unit/runtime/watch/watching.h"

/* Run in a folder of its own: what is there before, what happens, the report. */
static const struct row {
	const char *before, *change, *want;
} rows[] = {
	{ "echo 1 >a.json", "echo 2 >a.json", "~a.json" },
	{ "echo 1 >a.json", "echo 2 >t; mv t a.json", "~a.json" },
	{ "echo 1 >a.json", "sed -i s/1/2/ a.json", "~a.json" },
	{ "echo 1 >a.json", "rm a.json", "-a.json" },
	{ ":", "echo 1 >a.json; echo 1 >b.txt", "+a.json" },
	{ ":", "cp /bin/true a.so; chmod 700 a.so", "+a.so" },
	{ "echo 1 >a.json", "mv a.json b.json", "-a.json +b.json" },
	{ "echo 1 >b.txt", "mv b.txt b.json", "+b.json" },
	/* Nothing but a sentinel. */
	{ "echo 1 >a.json", "touch a.json; cp a.json t; mv t a.json; >s.json",
	    "+s.json" },
	{ "echo 1 >a.json", "rm a.json; echo 1 >a.json; >s.json", "+s.json" },
	{ ":", "echo 1 >a.json; rm a.json; >s.json", "+s.json" },
	{ "mkdir d; echo 1 >d/a.json", "mv d e; mv e d; >s.json", "+s.json" },
	{ ":",
	    "mkdir -p x/.git/y __tmp__; >x/.git/y/a.json; >__tmp__/a.json; "
	    ">.a.so.12.3; >x/s.json",
	    "+x/s.json" },
	{ "mkdir -p x/.git; >x/.git/a.json", "rm -r x/.git; >x/s.json",
	    "+x/s.json" },
	/* Folders. */
	{ ":", "mkdir -p d/e/f; >d/e/f/a.json; >d/b.json",
	    "+d/b.json +d/e/f/a.json" },
	{ "mkdir -p d/e; >d/e/a.json", "mv d f", "-d/e/a.json +f/e/a.json" },
	{ "mkdir -p d/e; >d/e/a.json; >d/b.json", "rm -r d",
	    "-d/b.json -d/e/a.json" },
	{ "mkdir -p d/e; >d/e/a.json", "mv d ../out$ROW", "-d/e/a.json" },
	{ "mkdir -p ../out$ROW/e; >../out$ROW/e/a.json", "mv ../out$ROW d",
	    "+d/e/a.json" },
	{ "mkdir d; echo 1 >d/a.json", "mv d .git", "-d/a.json" },
	{ "mkdir .git; echo 1 >.git/a.json", "mv .git d", "+d/a.json" },
	{ ">a.json", "rm a.json; mkdir a.json; >a.json/b.json",
	    "-a.json +a.json/b.json" },
	{ "mkdir a.json; >a.json/b.json", "rm -r a.json; >a.json",
	    "+a.json -a.json/b.json" },
	{ "mkdir d; echo 1 >d/a.json", "mv d e; mkdir d; echo 2 >d/a.json",
	    "~d/a.json +e/a.json" },
	/* The root itself. */
	{ ">a.json", "cd ..; rm -r $ROW; mkdir $ROW; >$ROW/b.json",
	    "-a.json +b.json" },
	{ "echo 1 >a.json",
	    "cd ..; mkdir n$ROW; echo 2 >n$ROW/a.json; mv $ROW o$ROW; "
	    "mv n$ROW $ROW",
	    "~a.json" },
	/* Links. */
	{ ">t", "ln t a.json", "+a.json" },
	{ ">t", "ln t a.json; rm t", "+a.json" },
	{ ">t", "ln -s t a.json", "+a.json" },
	{ "echo 1 >t; echo 2 >u; ln -s t a.json", "ln -s u v; mv v a.json",
	    "~a.json" },
	{ "mkdir ../out$ROW; >../out$ROW/a.json",
	    "ln -s ../out$ROW d; ln -s nowhere b.json; >s.json", "+s.json" },
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))

/* The report with "row/" before each name. */
static void
expect(size_t row, const char *text)
{
	char got[4096] = "", prefix[20];
	size_t len = 0;

	const int n = snprintf(prefix, sizeof(prefix), "%zu/", row);
	for (const char *at = text; *at != '\0';) {
		if (strncmp(at, prefix, (size_t)n) == 0 && at > text &&
		    strchr("+-~", at[-1]) != NULL)
			at += n;
		else
			got[len++] = *at++;
	}
	if (strcmp(got, rows[row].want) != 0)
		print_error("row %zu: %s\n", row, rows[row].change);
	assert_string_equal(got, rows[row].want);
}

/* All at once, each row with a watcher of its own. */
static void
run_rows(bool poll)
{
	static struct watching watchings[NROWS];
	char root[20];

	for (size_t i = 0; i < NROWS; i++) {
		snprintf(root, sizeof(root), "%zu", i);
		sh("mkdir %s; cd %s; ROW=%s; %s", root, root, root,
		    rows[i].before);
		watching_start(&watchings[i],
		    (struct watch_config) { .poll = poll,
			.folders = (const char *const[]) { root, NULL } });
		assert_int_equal(watch_is_polling(watchings[i].watch), poll);
	}
	for (size_t i = 0; i < NROWS; i++)
		watching_wait_idle(&watchings[i]);
	/* Half a change is no change to expect. */
	for (size_t i = 0; i < NROWS; i++)
		watch_hold(watchings[i].watch, true);
	for (size_t i = 0; i < NROWS; i++)
		sh("cd %zu; ROW=%zu; %s", i, i, rows[i].change);
	for (size_t i = 0; i < NROWS; i++)
		watch_hold(watchings[i].watch, false);
	for (size_t i = 0; i < NROWS; i++) {
		const int64_t start = clock_ms();

		while (watchings[i].reports == 0 &&
		    clock_ms() - start < DEADLINE_MS)
			watching_run();
		watching_wait_idle(&watchings[i]);
		expect(i, watchings[i].text);
		assert_int_equal(watchings[i].reports, 1);
	}
	for (size_t i = 0; i < NROWS; i++)
		watch_free(watchings[i].watch);
}

static void
reports_each_change_once_by_inotify(void **state)
{
	(void)state;
	run_rows(false);
}

static void
reports_each_change_once_by_polling(void **state)
{
	(void)state;
	run_rows(true);
}

static void
keeps_watching_what_was_moved_made_or_came_back(void **state)
{
	static const struct {
		const char *change, *want;
	} steps[] = {
		{ "mv d e", "-app/d/a.json +app/e/a.json" },
		{ "echo 2 >app/e/a.json", "~app/e/a.json" },
		{ "cd app; mv e f; mv f e; echo 3 >e/a.json", "~app/e/a.json" },
		{ "echo 4 >app/e/a.json", "~app/e/a.json" },
		{ "mkdir -p app/n/m; >app/n/m/a.json", "+app/n/m/a.json" },
		{ "echo 2 >app/n/m/a.json", "~app/n/m/a.json" },
		{ "rm -r app", "-app/e/a.json -app/n/m/a.json" },
		{ "mkdir -p app/e; echo 5 >app/e/a.json", "+app/e/a.json" },
		{ "echo 6 >app/e/a.json", "~app/e/a.json" },
		{ "mv app old; mkdir app; echo 1 >app/b.json",
		    "+app/b.json -app/e/a.json" },
		{ "echo 7 >old/e/a.json; echo 2 >app/b.json", "~app/b.json" },
	};
	struct watching watching;

	(void)state;
	sh("mkdir -p app/d; echo 1 >app/d/a.json");
	watching_start(&watching,
	    (struct watch_config) {
		.folders = (const char *const[]) { "app", NULL } });
	watching_wait_idle(&watching);
	sh("cd app; %s", steps[0].change);
	assert_string_equal(watching_wait(&watching), steps[0].want);
	for (size_t i = 1; i < sizeof(steps) / sizeof(steps[0]); i++) {
		sh("%s", steps[i].change);
		assert_string_equal(watching_wait(&watching), steps[i].want);
	}
	watching_wait_idle(&watching);
	watch_free(watching.watch);
}

static void
ignores_a_path_from_the_working_folder(void **state)
{
	struct watching watching;

	(void)state;
	sh("mkdir -p build/out src/build/out");
	watching_start(&watching,
	    (struct watch_config) {
		.ignored_dirs = (const char *const[]) { "build/out", NULL } });
	watching_wait_idle(&watching);
	sh(">build/out/a.json; >src/build/out/a.json; >build/b.json");
	assert_string_equal(
	    watching_wait(&watching), "+build/b.json +src/build/out/a.json");
	watch_free(watching.watch);
}

static void
watches_a_named_file_wherever_it_lies(void **state)
{
	struct watching watching;

	(void)state;
	sh("mkdir -p __tmp__ x; echo 1 >__tmp__/a.bin; echo 1 >x/other.so; "
	   "echo 1 >x/b.so");
	watching_start(&watching,
	    (struct watch_config) {
		.files = (const char *const[]) { "__tmp__/a.bin", "x/b.so",
		    NULL },
		.others = (const char *const[]) { "x/other.so", NULL } });
	watching_wait_idle(&watching);
	sh("echo 2 >x/other.so; echo 2 >__tmp__/a.bin; >__tmp__/c.json; "
	   "echo 2 >x/b.so");
	assert_string_equal(watching_wait(&watching), "~__tmp__/a.bin ~x/b.so");
	sh("rm x/b.so __tmp__/c.json; mv __tmp__ t");
	assert_string_equal(watching_wait(&watching), "-__tmp__/a.bin -x/b.so");
	sh("mv t __tmp__");
	assert_string_equal(watching_wait(&watching), "+__tmp__/a.bin");
	sh("echo 3 >__tmp__/a.bin");
	assert_string_equal(watching_wait(&watching), "~__tmp__/a.bin");
	watch_free(watching.watch);
}

/* As deployments do: a symlink to the release's folder is switched. */
static void
follows_the_symlinks_on_the_way_to_a_named_file(void **state)
{
	static const struct {
		const char *change, *want;
	} steps[] = {
		{ "ln -s ../rel/2 app/t; mv -T app/t app/current",
		    "~app/current/a.bin" },
		{ "echo 2b >rel/2/a.bin", "~app/current/a.bin" },
		{ "echo old >rel/1/a.bin; ln -sfn ../rel/3 app/current",
		    "~app/current/a.bin" },
		{ "mv rel/3/b.bin rel/3/c.bin", "-app/current/a.bin" },
		{ "echo 4 >rel/3/b.bin", "+app/current/a.bin" },
		{ "ln -s ../2/a.bin rel/3/t; mv rel/3/t rel/3/a.bin",
		    "~app/current/a.bin" },
		{ "mv rel/2 rel/2old; mkdir rel/2; echo 5 >rel/2/a.bin",
		    "~app/current/a.bin" },
	};

	(void)state;
	for (int poll = 0; poll < 2; poll++) {
		struct watching watching;

		sh("rm -rf *; mkdir -p app rel/1 rel/2 rel/3; echo 1 "
		   ">rel/1/a.bin; echo 2 >rel/2/a.bin; echo 3 >rel/3/b.bin; "
		   "ln -s b.bin rel/3/a.bin; ln -s ../rel/1 app/current");
		watching_start(&watching,
		    (struct watch_config) { .poll = poll == 1,
			.folders = (const char *const[]) { "app", NULL },
			.files = (const char *const[]) {
			    "app/current/a.bin", NULL } });
		watching_wait_idle(&watching);
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
			sh("%s", steps[i].change);
			assert_string_equal(
			    watching_wait(&watching), steps[i].want);
		}
		watch_free(watching.watch);
	}
}

static void
watches_overlapping_folders_once(void **state)
{
	struct watching watching;

	(void)state;
	sh("mkdir -p a/b __tmp__/c; ln -s a/b l");
	watching_start(&watching,
	    (struct watch_config) {
		.folders = (const char *const[]) { "a/b", "a", ".", "./a/", "l",
		    "__tmp__/c", "nowhere", NULL } });
	watching_wait_idle(&watching);
	sh(">a/b/x.json; >__tmp__/c/y.json; >__tmp__/z.json");
	assert_string_equal(
	    watching_wait(&watching), "+__tmp__/c/y.json +a/b/x.json");
	watch_free(watching.watch);
}

static void
reports_a_burst_of_five_hundred_files_once(void **state)
{
	struct watching watching;

	(void)state;
	watching_start(&watching,
	    (struct watch_config) { .quiet_ms = 500, .cap_ms = 60000 });
	watching_wait_idle(&watching);
	sh("(for i in $(seq 500); do mkdir -p d/$((i %% 50)); "
	   "echo $i >d/$((i %% 50))/$i.json; done; >done.json) &");
	watching_wait(&watching);
	watching_wait_idle(&watching);
	assert_int_equal(watching.reports, 1);
	assert_int_equal(watching.changes, 501);
	watch_free(watching.watch);
}

static void
reports_in_the_end_though_writes_never_stop(void **state)
{
	struct watching watching;
	const int64_t start = clock_ms();
	unsigned n = 0;

	(void)state;
	watching_start(&watching,
	    (struct watch_config) { .quiet_ms = 5000, .cap_ms = 200 });
	watching_wait_idle(&watching);
	while (watching.reports == 0) {
		FILE *file = fopen("a.json", "w");

		fprintf(file, "%u", n++);
		fclose(file);
		watching_run();
		assert_true(clock_ms() - start < 5000);
	}
	watch_free(watching.watch);
}

static void
waits_for_the_close_of_a_file_that_is_being_made(void **state)
{
	struct watching watching;
	const int fd = open("a.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	sh(">d.json");
	watching_start(&watching,
	    (struct watch_config) {
		.files = (const char *const[]) { "b.json", NULL } });
	watching_wait_idle(&watching);
	const int new = open("b.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	const int newer = open("c.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(unlink("d.json"), 0);
	const int again = open("d.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(again, "1", 1), 1);
	assert_int_equal(write(fd, "1", 1), 1);
	assert_int_equal(write(new, "1", 1), 1);
	assert_int_equal(write(newer, "1", 1), 1);
	sh(">s.json");
	assert_string_equal(watching_wait(&watching), "+s.json");
	/* Also when that takes longer than until the next poll. */
	for (const int64_t start = clock_ms(); clock_ms() - start < 1300;)
		watching_run();
	assert_string_equal(watching.text, "+s.json");
	close(fd);
	close(new);
	close(newer);
	close(again);
	assert_string_equal(
	    watching_wait(&watching), "~a.json +b.json +c.json ~d.json");
	watch_free(watching.watch);
}

/* Its close is not heard: it has no name then. */
static void
reports_an_unnamed_file_that_was_linked(void **state)
{
	struct watching watching;
	char path[40];
	const int fd = open(".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	(void)state;
	if (fd < 0)
		skip();
	watching_start(&watching, (struct watch_config) { .poll = false });
	watching_wait_idle(&watching);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(write(fd, "1", 1), 1);
	assert_int_equal(
	    linkat(AT_FDCWD, path, AT_FDCWD, "a.json", AT_SYMLINK_FOLLOW), 0);
	sh(">s.json");
	assert_string_equal(watching_wait(&watching), "+s.json");
	close(fd);
	assert_string_equal(watching_wait(&watching), "+a.json");
	watch_free(watching.watch);
}

static void
reports_after_a_hold_what_still_differs(void **state)
{
	struct watching watching;

	(void)state;
	sh("echo 1 >a.json; echo 1 >b.json; echo 1 >c.so");
	watching_start(&watching,
	    (struct watch_config) {
		.files = (const char *const[]) { "c.so", NULL } });
	watching_wait_idle(&watching);
	watch_hold(watching.watch, true);
	sh("echo 2 >a.json; echo 2 >b.json; echo 2 >c.so");
	for (const int64_t start = clock_ms(); clock_ms() - start < 150;)
		watching_run();
	assert_int_equal(watching.reports, 0);
	/* As a build does that has made it. */
	watch_forgive(watching.watch, "c.so");
	sh("echo 1 >b.json");
	watch_hold(watching.watch, false);
	assert_string_equal(watching_wait(&watching), "~a.json");
	watch_free(watching.watch);
}

static void
forgives_also_what_lies_in_a_folder(void **state)
{
	struct watching watching;

	(void)state;
	sh("mkdir d");
	watching_start(&watching, (struct watch_config) { .poll = false });
	watching_wait_idle(&watching);
	sh("echo 1 >d/a.json; echo 1 >b.json");
	watch_forgive(watching.watch, "d/a.json");
	watch_forgive(watching.watch, "nowhere/a.json");
	assert_string_equal(watching_wait(&watching), "+b.json");
	sh("echo 2 >d/a.json");
	assert_string_equal(watching_wait(&watching), "~d/a.json");
	watch_free(watching.watch);
}

static void
keeps_what_changes_during_the_first_look(void **state)
{
	struct watching watching;

	(void)state;
	sh("for i in $(seq 300); do mkdir $i; echo 1 >$i/a.json; done");
	watching_start(&watching,
	    (struct watch_config) {
		.files = (const char *const[]) { "7/a.json", NULL } });
	/* Later by the file system's clock. */
	sh("touch .t; while >.u; [ -z \"$(find .u -newer .t)\" ]; do :; done");
	sh("echo 2 >7/a.json; echo 2 >200/a.json");
	assert_string_equal(watching_wait(&watching), "~200/a.json ~7/a.json");
	watch_free(watching.watch);
}

static void
may_be_freed_by_whom_it_tells(void **state)
{
	struct watching watching;

	(void)state;
	watching_start(&watching, (struct watch_config) { .poll = false });
	watching_wait_idle(&watching);
	watching.free_inside = true;
	sh(">a.json");
	assert_string_equal(watching_wait(&watching), "+a.json");
}

int
main(void)
{
#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, watching_set_up, watching_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(reports_each_change_once_by_inotify),
		TEST(reports_each_change_once_by_polling),
		TEST(keeps_watching_what_was_moved_made_or_came_back),
		TEST(ignores_a_path_from_the_working_folder),
		TEST(watches_a_named_file_wherever_it_lies),
		TEST(follows_the_symlinks_on_the_way_to_a_named_file),
		TEST(watches_overlapping_folders_once),
		TEST(reports_a_burst_of_five_hundred_files_once),
		TEST(reports_in_the_end_though_writes_never_stop),
		TEST(waits_for_the_close_of_a_file_that_is_being_made),
		TEST(reports_an_unnamed_file_that_was_linked),
		TEST(reports_after_a_hold_what_still_differs),
		TEST(forgives_also_what_lies_in_a_folder),
		TEST(keeps_what_changes_during_the_first_look),
		TEST(may_be_freed_by_whom_it_tells),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
