#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "runtime/build/tee.h"
#include "test/unit/capture.h"

#define MANY 400000

static struct event_base *base;
static struct tee *output;
static int in;   /* what is written here goes through the tee */
static int file; /* a second descriptor of its file */
static bool is_over;

static void
on_over(void *arg)
{
	assert_ptr_equal(arg, &is_over);
	assert_false(is_over);
	is_over = true;
	event_base_loopbreak(base);
}

static int
set_up(void **state)
{
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	is_over = false;
	base = event_base_new();
	file = capture_file();
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return -1;
	in = ends[1];
	const int fds[] = { [TEE_PIPE] = ends[0],
		[TEE_FILE] = fcntl(file, F_DUPFD_CLOEXEC, 0) };
	output = tee_new(base, fds, on_over, &is_over, NULL);
	return output != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	tee_free(output);
	if (in >= 0)
		close(in);
	close(file);
	event_base_free(base);
	return 0;
}

static void
put(const char *text)
{
	assert_int_equal(write(in, text, strlen(text)), strlen(text));
}

static void
put_end(void)
{
	close(in);
	in = -1;
}

/* Until the tee is over, for 30 seconds at most. */
static void
run(void)
{
	const struct timeval deadline = { .tv_sec = 30 };

	event_base_loopexit(base, &deadline);
	event_base_dispatch(base);
	assert_true(is_over);
}

static void
expect_file(const char *want)
{
	char *text = capture_text(file);

	assert_string_equal(text, want);
	free(text);
}

static void
passes_all_on_to_both(void **state)
{
	struct capture capture;
	const int errors = capture_file();

	(void)state;
	capture_begin(&capture, STDERR_FILENO, errors);
	put("one\n\033[1mtwo\r\n");
	event_base_loop(base, EVLOOP_ONCE);
	put("half a line");
	put_end();
	run();
	capture_end(&capture);
	char *text = capture_text(errors);
	assert_string_equal(text, "one\n\033[1mtwo\r\nhalf a line");
	expect_file(text);
	assert_int_equal(tee_dropped(output), 0);
	free(text);
	close(errors);
}

static void
holds_a_line_back_until_it_is_whole(void **state)
{
	struct capture capture;
	const int errors = capture_file();

	(void)state;
	capture_begin(&capture, STDERR_FILENO, errors);
	put("first\nsec");
	event_base_loop(base, EVLOOP_ONCE);
	capture_end(&capture);
	char *text = capture_text(errors);
	assert_string_equal(text, "first\n");
	expect_file("first\nsec");
	free(text);
	close(errors);
}

static void
is_over_at_the_end_it_is_told(void **state)
{
	struct capture capture;
	const int errors = capture_file();

	(void)state;
	capture_begin(&capture, STDERR_FILENO, errors);
	put("last words");
	tee_end(output);
	capture_end(&capture);
	assert_true(is_over);
	char *text = capture_text(errors);
	assert_string_equal(text, "last words");
	expect_file(text);
	free(text);
	close(errors);
}

/* Writes lines for as long as the pipe takes them. */
static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	static const char line[] = "0123456789abcde\n";
	size_t *left = arg;

	(void)what;
	while (*left > 0 && write(fd, line, 16) == 16)
		*left -= 16;
	if (*left == 0)
		put_end();
	else
		event_base_once(base, fd, EV_WRITE, on_writable, arg, NULL);
}

/* Counts what it reads. */
static void
on_read(evutil_socket_t fd, short what, void *arg)
{
	char some[1000];
	const ssize_t got = read(fd, some, sizeof(some));

	(void)what;
	if (got > 0)
		*(size_t *)arg += (size_t)got;
}

static void
slows_down_for_a_slow_reader(void **state)
{
	struct capture capture;
	size_t left = MANY, got = 0;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	struct event *reader = event_new(
	    base, ends[0], EV_READ | EV_PERSIST, on_read, &got);
	event_add(reader, NULL);
	capture_begin(&capture, STDERR_FILENO, ends[1]);
	on_writable(in, 0, &left);
	run();
	capture_end(&capture);
	close(ends[1]);
	while (got < MANY && read(ends[0], (char[1]) { 0 }, 1) == 1)
		got++;
	assert_int_equal(got, MANY);
	assert_int_equal(tee_dropped(output), 0);
	assert_int_equal(lseek(file, 0, SEEK_END), MANY);
	event_free(reader);
	close(ends[0]);
}

static void
gives_a_stuck_reader_up_but_not_the_file(void **state)
{
	struct capture capture;
	size_t left = MANY;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	capture_begin(&capture, STDERR_FILENO, ends[1]);
	on_writable(in, 0, &left);
	run();
	capture_end(&capture);
	close(ends[1]);
	char *text = capture_drain(ends[0]);
	assert_int_equal(tee_dropped(output), MANY - strlen(text));
	assert_true(tee_dropped(output) > 0);
	assert_int_equal(lseek(file, 0, SEEK_END), MANY);
	free(text);
	close(ends[0]);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(passes_all_on_to_both),
		TEST(holds_a_line_back_until_it_is_whole),
		TEST(is_over_at_the_end_it_is_told),
		TEST(slows_down_for_a_slow_reader),
		TEST(gives_a_stuck_reader_up_but_not_the_file),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
