#include "runtime/loop/wait_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tomodachi/abi.h>
#include <tomodachi/task.h>

#include "runtime/base/clock.h"
#include "test/unit/runtime/loop/job.h"

#define BOTH (TOMO_READABLE | TOMO_WRITABLE)

/* What a task waits for. */
struct want {
	int fd, events, saw_errno;
};

static void
body_wait_fd(struct job *job)
{
	struct want *want = job->arg;

	errno = 0;
	job->got = wait_fd(&job->task, want->fd, want->events, job->timeout_ms);
	want->saw_errno = errno;
}

static struct job
make_waiter(struct want *want, int64_t timeout_ms)
{
	struct job job = make_job(body_wait_fd, '\0');

	job.arg = want;
	job.timeout_ms = timeout_ms;
	return job;
}

/* What wait_fd() returns for one such wait. */
static int
wait_result(struct want want, int64_t timeout_ms)
{
	struct job job = make_waiter(&want, timeout_ms);

	start_job(&job);
	run_until_ended(&job);
	return job.got;
}

static int
wait_for(int fd, int events, int64_t timeout_ms)
{
	return wait_result(
	    (struct want) { .fd = fd, .events = events }, timeout_ms);
}

static void
fill(int fd)
{
	char block[4096] = { 0 };

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (write(fd, block, sizeof(block)) > 0)
		;
}

static void
close_both(const int *fds)
{
	close(fds[0]);
	close(fds[1]);
}

static void
waits_until_a_pipe_is_readable(void **state)
{
	int fds[2];
	struct want want = { .events = TOMO_READABLE };
	struct job job = make_waiter(&want, -1);

	(void)state;
	assert_int_equal(pipe(fds), 0);
	want.fd = fds[0];
	start_job(&job);
	loop_pass(loop, false);
	assert_false(job.ended);
	assert_int_equal(write(fds[1], "x", 1), 1);
	run_until_ended(&job);
	assert_int_equal(job.got, TOMO_READABLE);
	close_both(fds);
}

static void
waits_until_a_pipe_is_writable(void **state)
{
	int fds[2];
	struct want want = { .events = TOMO_WRITABLE };
	struct job job = make_waiter(&want, -1);
	char block[65536];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	fill(fds[1]);
	want.fd = fds[1];
	start_job(&job);
	loop_pass(loop, false);
	assert_false(job.ended);
	assert_true(read(fds[0], block, sizeof(block)) > 0);
	run_until_ended(&job);
	assert_int_equal(job.got, TOMO_WRITABLE);
	close_both(fds);
}

static void
tells_which_of_both_is_ready(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(wait_for(fds[0], BOTH, -1), TOMO_WRITABLE);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(wait_for(fds[0], BOTH, -1), BOTH);
	fill(fds[0]);
	assert_int_equal(wait_for(fds[0], BOTH, -1), TOMO_READABLE);
	close_both(fds);
}

static void
sees_that_the_peer_is_gone(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	close(fds[1]);
	assert_int_equal(wait_for(fds[0], TOMO_READABLE, -1), TOMO_READABLE);
	close(fds[0]);
	assert_int_equal(pipe(fds), 0);
	fill(fds[1]);
	close(fds[0]);
	assert_int_equal(wait_for(fds[1], TOMO_WRITABLE, -1), TOMO_WRITABLE);
	close(fds[1]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	close(fds[1]);
	assert_int_equal(wait_for(fds[0], BOTH, -1), BOTH);
	close(fds[0]);
}

static void
lets_two_tasks_wait_for_one_descriptor(void **state)
{
	int fds[2];
	struct want read_want = { .events = TOMO_READABLE };
	struct want write_want = { .events = TOMO_WRITABLE };
	struct job first = make_waiter(&read_want, -1);
	struct job second = make_waiter(&read_want, -1);
	struct job writer = make_waiter(&write_want, -1);

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	read_want.fd = write_want.fd = fds[0];
	start_job(&first);
	start_job(&second);
	start_job(&writer);
	run_until_ended(&writer);
	assert_int_equal(writer.got, TOMO_WRITABLE);
	assert_false(first.ended || second.ended);
	/* The one that gives up must not take the other's events along. */
	task_cancel(&first.task);
	run_until_ended(&first);
	assert_int_equal(write(fds[1], "x", 1), 1);
	run_until_ended(&second);
	assert_int_equal(second.got, TOMO_READABLE);
	close_both(fds);
}

static void
takes_a_regular_file_for_ready(void **state)
{
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	assert_int_equal(
	    wait_for(fileno(file), TOMO_READABLE, -1), TOMO_READABLE);
	assert_int_equal(wait_for(fileno(file), BOTH, 0), BOTH);
	fclose(file);
}

static void
refuses_a_bad_descriptor_with_errno(void **state)
{
	int fds[2];
	struct want want = { .events = TOMO_READABLE };
	struct job job = make_waiter(&want, -1);

	(void)state;
	assert_int_equal(pipe(fds), 0);
	close_both(fds);
	want.fd = fds[0];
	start_job(&job);
	assert_true(job.ended);
	assert_int_equal(job.got, TOMO_ESYSTEM);
	assert_int_equal(want.saw_errno, EBADF);
	want.fd = -1;
	job = make_waiter(&want, -1);
	start_job(&job);
	assert_int_equal(job.got, TOMO_ESYSTEM);
	assert_int_equal(want.saw_errno, EBADF);
}

static void
refuses_events_that_make_no_sense(void **state)
{
	(void)state;
	assert_int_equal(wait_for(0, 0, -1), TOMO_EINVAL);
	assert_int_equal(wait_for(0, 4 | TOMO_READABLE, -1), TOMO_EINVAL);
}

static void
times_out(void **state)
{
	int fds[2];
	const int64_t start = clock_ns();

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(wait_for(fds[0], TOMO_READABLE, 3), TOMO_ETIMEOUT);
	assert_true(clock_ns() - start >= 3000000);
	close_both(fds);
}

static void
looks_once_without_waiting(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(wait_for(fds[0], TOMO_READABLE, 0), TOMO_ETIMEOUT);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(wait_for(fds[0], TOMO_READABLE, 0), TOMO_READABLE);
	assert_int_equal(wait_for(fds[1], TOMO_WRITABLE, 0), TOMO_WRITABLE);
	close_both(fds);
}

static void
ends_by_a_cancel(void **state)
{
	int fds[2];
	struct want want = { .events = TOMO_READABLE };
	struct job job = make_waiter(&want, -1);

	(void)state;
	assert_int_equal(pipe(fds), 0);
	want.fd = fds[0];
	start_job(&job);
	task_cancel(&job.task);
	run_until_ended(&job);
	assert_int_equal(job.got, TOMO_ECANCELLED);
	close_both(fds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(waits_until_a_pipe_is_readable),
		TEST(waits_until_a_pipe_is_writable),
		TEST(tells_which_of_both_is_ready),
		TEST(sees_that_the_peer_is_gone),
		TEST(lets_two_tasks_wait_for_one_descriptor),
		TEST(takes_a_regular_file_for_ready),
		TEST(refuses_a_bad_descriptor_with_errno),
		TEST(refuses_events_that_make_no_sense),
		TEST(times_out),
		TEST(looks_once_without_waiting),
		TEST(ends_by_a_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
