#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "test/unit/runtime/watch/watching.h"

#define NOBODY 65534

static void
looks_again_when_notifications_were_lost(void **state)
{
	struct watching watching;
	char path[20];

	(void)state;
	sh("mkdir d; echo 1 >d/a.json; echo 1 >d/gone.json");
	watching_start(&watching, (struct watch_config) { .poll = false });
	watching_wait_idle(&watching);
	/* More than fs.inotify.max_queued_events. */
	FILE *limit = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
	unsigned max = 0;
	assert_int_equal(fscanf(limit, "%u", &max), 1);
	fclose(limit);
	for (unsigned i = 0; i <= max; i++) {
		snprintf(path, sizeof(path), "x%u", i % 2);
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	}
	sh("echo 2 >d/a.json; rm d/gone.json; mkdir n; >n/new.json");
	assert_string_equal(
	    watching_wait(&watching), "~d/a.json -d/gone.json +n/new.json");
	watching_wait_idle(&watching);
	sh("echo 2 >n/new.json");
	assert_string_equal(watching_wait(&watching), "~n/new.json");
	watch_free(watching.watch);
}

/* To read them would take minutes; nobody waits so long for a small one. */
static void
reports_huge_files_without_reading_them(void **state)
{
	struct watching watching;
	const int64_t start = clock_ms();

	(void)state;
	sh("truncate -s 64G touched.json grown.json; >a.json");
	watching_start(&watching, (struct watch_config) { .poll = false });
	watching_wait_idle(&watching);
	sh("echo 1 >a.json; echo 1 >>grown.json; truncate -s 64G new.json");
	assert_string_equal(
	    watching_wait(&watching), "~a.json ~grown.json +new.json");
	/* As it is not read, nobody knows that it is the same. */
	sh("touch touched.json");
	assert_string_equal(watching_wait(&watching), "~touched.json");
	assert_true(clock_ms() - start < DEADLINE_MS);
	watch_free(watching.watch);
}

static void
reads_a_named_file_however_large_it_is(void **state)
{
	struct watching watching;

	(void)state;
	sh("truncate -s 65M a.bin");
	watching_start(&watching,
	    (struct watch_config) {
		.files = (const char *const[]) { "a.bin", NULL } });
	watching_wait_idle(&watching);
	sh("touch a.bin; >>a.bin; >s.json");
	assert_string_equal(watching_wait(&watching), "+s.json");
	sh("printf 1 | dd of=a.bin conv=notrunc status=none");
	assert_string_equal(watching_wait(&watching), "~a.bin");
	watch_free(watching.watch);
}

/* No descriptor is left, so that inotify cannot be had. */
static void
polls_where_there_is_no_inotify_instance(void **state)
{
	struct watching watching;
	struct rlimit limit, low;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = limit;
	low.rlim_cur = (rlim_t)dup(0);
	close((int)low.rlim_cur);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	watching_start(&watching, (struct watch_config) { .poll = false });
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_true(watch_is_polling(watching.watch));
	watching_wait_idle(&watching);
	sh(">a.json");
	assert_string_equal(watching_wait(&watching), "+a.json");
	watch_free(watching.watch);
}

static int
watch_what_may_not_be_read(void)
{
	struct watching watching;
	const char *text;

	if (getuid() == 0 && setuid(NOBODY) != 0)
		return 77;
	sh("echo 1 >b.bin; echo 1 >c.json");
	watching_start(&watching,
	    (struct watch_config) {
		.files = (const char *const[]) { "b.bin", NULL } });
	watching_wait_idle(&watching);
	sh("echo 2 >b.bin; chmod 0 b.bin; umask 777; >a.json; >n.json; >s.txt; "
	   "mv s.txt s.json");
	watching_wait_idle(&watching);
	sh("chmod 600 c.json; touch c.json; rm -f n.json; chmod 600 a.json");
	text = watching_wait(&watching);
	if (strcmp(text, "+a.json") != 0)
		return 1;
	sh("chmod 600 b.bin s.json");
	text = watching_wait(&watching);
	if (strcmp(text, "~b.bin +s.json") != 0)
		return 2;
	watching_wait_idle(&watching);
	watch_free(watching.watch);
	return 0;
}

/* As somebody who is not root, who may read all. */
static void
reads_a_file_once_that_is_allowed(void **state)
{
	int status;

	(void)state;
	sh("chmod 777 .");
	const pid_t pid = fork();
	if (pid == 0) {
		event_reinit(watching_base);
		_exit(watch_what_may_not_be_read());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

/* In a user namespace of its own, whose limit may be lowered. */
static int
watch_with_few_watches(void)
{
	struct watching watching;

	if (unshare(CLONE_NEWUSER) != 0)
		return 77;
	FILE *limit = fopen("/proc/sys/user/max_inotify_watches", "w");
	if (limit == NULL || fputs("5", limit) < 0 || fclose(limit) != 0)
		return 77;
	watching_start(&watching, (struct watch_config) { .poll = false });
	watching_wait_idle(&watching);
	if (!watch_is_polling(watching.watch))
		return 1;
	sh("echo 2 >9/a.json");
	const char *text = watching_wait(&watching);
	const bool right = strcmp(text, "~9/a.json") == 0;
	watch_free(watching.watch);
	return right ? 0 : 2;
}

static void
polls_where_there_are_too_few_inotify_watches(void **state)
{
	int status;

	(void)state;
	sh("for i in $(seq 20); do mkdir $i; echo 1 >$i/a.json; done");
	const pid_t pid = fork();
	if (pid == 0) {
		event_reinit(watching_base);
		_exit(watch_with_few_watches());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

int
main(void)
{
#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, watching_set_up, watching_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(looks_again_when_notifications_were_lost),
		TEST(reports_huge_files_without_reading_them),
		TEST(reads_a_named_file_however_large_it_is),
		TEST(reads_a_file_once_that_is_allowed),
		TEST(polls_where_there_is_no_inotify_instance),
		TEST(polls_where_there_are_too_few_inotify_watches),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
