#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/spawn.h"

extern char **environ;

static int
run(const char *path, const char *script, const struct spawn_fd *fds,
    unsigned nfds)
{
	char *const argv[] = { "sh", "-c", (char *)script, NULL };
	const struct spawn spawn = { .path = path,
		.argv = argv,
		.environ = environ,
		.fds = fds,
		.nfds = nfds };
	struct error err = { "" };
	int status;
	const pid_t pid = spawn_start(&spawn, &err);

	assert_string_equal(err.text, "");
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* A pipe with text in it, read end returned. */
static int
pipe_with(const char *text)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
	close(ends[1]);
	return ends[0];
}

static void
hands_over_descriptors_whose_numbers_cross(void **state)
{
	const int a = pipe_with("first\n"), b = pipe_with("second\n");
	const struct spawn_fd crossed[] = { { a, b }, { b, a } };
	char script[200];

	(void)state;
	snprintf(script, sizeof(script),
	    "read x <&%d; read y <&%d; "
	    "[ \"$x $y\" = 'second first' ]",
	    a, b);
	/* dash knows one digit only. */
	assert_true(a < 10 && b < 10);
	assert_int_equal(run("/bin/sh", script, crossed, 2), 0);
	close(a);
	close(b);
}

static void
hands_over_a_descriptor_that_keeps_its_number(void **state)
{
	const int a = pipe_with("kept\n");
	const struct spawn_fd same[] = { { a, a } };
	char script[200];

	(void)state;
	snprintf(script, sizeof(script), "read x <&%d; [ \"$x\" = kept ]", a);
	assert_int_equal(run("/bin/sh", script, same, 1), 0);
	assert_int_equal(fcntl(a, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(a);
}

static void
hands_over_nothing_else(void **state)
{
	const int a = pipe_with("hidden\n");
	char script[200];

	(void)state;
	snprintf(script, sizeof(script), "[ ! -e /proc/self/fd/%d ]", a);
	assert_int_equal(run("/bin/sh", script, NULL, 0), 0);
	close(a);
}

static void
starts_with_default_signals_and_none_blocked(void **state)
{
	sigset_t set, old;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &old), 0);
	signal(SIGTERM, SIG_IGN);
	const int status = run("/bin/sh", "kill -TERM $$; exit 0", NULL, 0);
	signal(SIGTERM, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void
leads_a_process_group_if_asked(void **state)
{
	char *const argv[] = { "sh", "-c", "read x", NULL };
	struct spawn spawn = {
		.path = "/bin/sh", .argv = argv, .environ = environ
	};
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	const struct spawn_fd fds[] = { { ends[0], 0 } };
	spawn.fds = fds;
	spawn.nfds = 1;
	const pid_t follower = spawn_start(&spawn, NULL);
	spawn.own_group = true;
	const pid_t leader = spawn_start(&spawn, NULL);
	assert_int_equal(getpgid(follower), getpgrp());
	assert_int_equal(getpgid(leader), leader);
	close(ends[1]);
	close(ends[0]);
	assert_int_equal(waitpid(follower, NULL, 0), follower);
	assert_int_equal(waitpid(leader, NULL, 0), leader);
}

static void
names_the_program_that_cannot_start(void **state)
{
	char *const argv[] = { "x", NULL };
	const struct spawn spawn = {
		.path = "/nowhere/x", .argv = argv, .environ = environ
	};
	struct error err = { "" };

	(void)state;
	assert_int_equal(spawn_start(&spawn, &err), -1);
	assert_string_equal(
	    err.text, "cannot start /nowhere/x: No such file or directory");
}

static void
names_the_descriptor_that_is_closed(void **state)
{
	char *const argv[] = { "x", NULL };
	const struct spawn_fd fds[] = { { 99, 3 } };
	const struct spawn spawn = { .path = "/bin/true",
		.argv = argv,
		.environ = environ,
		.fds = fds,
		.nfds = 1 };
	struct error err = { "" };

	(void)state;
	assert_int_equal(spawn_start(&spawn, &err), -1);
	assert_string_equal(err.text,
	    "cannot start /bin/true: descriptor 99: "
	    "Bad file descriptor");
}

/* The child is this program again: see main(). */
static void
starts_the_running_program_again(void **state)
{
	char *const argv[] = { "again", "--again", NULL };
	const int a = pipe_with("x");
	const struct spawn_fd fds[] = { { a, 3 } };
	const struct spawn spawn = { .path = spawn_self(),
		.argv = argv,
		.environ = environ,
		.fds = fds,
		.nfds = 1 };
	struct error err = { "" };
	int status;

	(void)state;
	const pid_t pid = spawn_start(&spawn, &err);
	assert_string_equal(err.text, "");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 42 << 8);
	close(a);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_over_descriptors_whose_numbers_cross),
		cmocka_unit_test(hands_over_a_descriptor_that_keeps_its_number),
		cmocka_unit_test(hands_over_nothing_else),
		cmocka_unit_test(starts_with_default_signals_and_none_blocked),
		cmocka_unit_test(leads_a_process_group_if_asked),
		cmocka_unit_test(names_the_program_that_cannot_start),
		cmocka_unit_test(names_the_descriptor_that_is_closed),
		cmocka_unit_test(starts_the_running_program_again),
	};

	if (argc == 2 && strcmp(argv[1], "--again") == 0)
		return 42;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
