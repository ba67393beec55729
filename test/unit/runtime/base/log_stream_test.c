#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "test/unit/capture.h"

/* 2026-11-23T19:00:00.123456Z */
#define NOW INT64_C(1795460400123456)
#define STAMP "{\"timestamp\":\"2026-11-23T19:00:00.123456Z\","

static char folder[64], path[80], other[80];

static int
set_up(void **state)
{
	(void)state;
	clock_fake(1, NOW);
	log_setup(LOG_JSON, TOMO_LOG_INFO);
	strcpy(folder, "/tmp/log_stream_test.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/access.log", folder);
	snprintf(other, sizeof(other), "%s/access.log.1", folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	rmdir(folder);
	clock_fake(0, 0);
	log_setup(LOG_CONSOLE, TOMO_LOG_INFO);
	return 0;
}

static void
add(struct log_stream *stream, const char *message)
{
	log_stream_add(stream, "l", TOMO_LOG_INFO, message, NULL);
}

static char *
read_file(const char *name)
{
	int fd = open(name, O_RDONLY);
	char *text;

	assert_true(fd >= 0);
	text = capture_text(fd);
	close(fd);
	return text;
}

static void
assert_file(const char *name, const char *want)
{
	char *text = read_file(name);

	assert_string_equal(text, want);
	free(text);
}

#define LINE(message) \
	STAMP "\"logger\":\"l\",\"level\":\"info\",\"message\":\"" message \
	      "\"}\n"

static void
holds_records_until_it_is_flushed(void **state)
{
	struct log_stream *stream = log_stream_file(path, NULL);

	(void)state;
	assert_non_null(stream);
	add(stream, "a");
	add(stream, "b");
	assert_file(path, "");
	log_stream_flush(stream);
	assert_file(path, LINE("a") LINE("b"));
	add(stream, "c");
	log_stream_free(stream);
	assert_file(path, LINE("a") LINE("b") LINE("c"));
	log_stream_free(NULL);
}

static void
appends_to_a_file_that_it_creates(void **state)
{
	struct log_stream *one, *two;
	struct stat status;
	mode_t mask = umask(0);

	(void)state;
	one = log_stream_file(path, NULL);
	two = log_stream_file(path, NULL);
	umask(mask);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	add(one, "a");
	add(two, "b");
	log_stream_flush(one);
	log_stream_flush(two);
	add(one, "c");
	log_stream_flush(one);
	assert_file(path, LINE("a") LINE("b") LINE("c"));
	log_stream_free(one);
	log_stream_free(two);
}

static void
says_which_file_it_cannot_open(void **state)
{
	struct error err;

	(void)state;
	assert_null(log_stream_file("/nowhere/access.log", &err));
	assert_string_equal(err.text,
	    "access log /nowhere/access.log: "
	    "cannot open: No such file or directory");
	assert_null(log_stream_file(folder, &err));
	assert_non_null(strstr(err.text, "cannot open: Is a directory"));
}

static void
does_not_wait_for_the_reader_of_a_fifo(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(log_stream_file(path, &err));
	assert_non_null(strstr(err.text, "No such device or address"));
}

static void
opens_the_file_again_after_it_was_moved(void **state)
{
	struct log_stream *stream = log_stream_file(path, NULL);

	(void)state;
	add(stream, "a");
	assert_int_equal(rename(path, other), 0);
	/* What was buffered belongs to the old one. */
	assert_int_equal(log_stream_reopen(stream, NULL), 0);
	add(stream, "b");
	log_stream_free(stream);
	assert_file(other, LINE("a"));
	assert_file(path, LINE("b"));
}

static void
keeps_the_old_file_if_it_cannot_open_again(void **state)
{
	struct log_stream *stream = log_stream_file(path, NULL);
	struct error err;

	(void)state;
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(log_stream_reopen(stream, &err), -1);
	assert_non_null(strstr(err.text, "cannot open: Is a directory"));
	add(stream, "a");
	log_stream_free(stream);
	assert_int_equal(rmdir(path), 0);
	assert_file(other, LINE("a"));
}

/* What a stream of standard output writes there; the caller frees it. */
static char *
on_stdout(int level)
{
	struct capture capture;
	int file = capture_file();
	struct log_stream *stream;
	char *text;

	capture_begin(&capture, STDOUT_FILENO, file);
	stream = log_stream_stdout();
	log_stream_add(stream, "l", level, "m", NULL);
	if (log_stream_reopen(stream, NULL) != 0)
		abort();
	log_stream_free(stream);
	capture_end(&capture);
	text = capture_text(file);
	close(file);
	return text;
}

static const struct {
	enum log_format format;
	int level;
	const char *text;
} outputs[] = {
	{ LOG_JSON, TOMO_LOG_INFO, LINE("m") },
	{ LOG_LOGFMT, TOMO_LOG_INFO,
	    "timestamp=2026-11-23T19:00:00.123456Z level=info logger=l "
	    "message=\"m\"\n" },
	{ LOG_CONSOLE, TOMO_LOG_INFO,
	    "2026-11-23T19:00:00.123456Z [info     ] m                      "
	    "        [l]\n" },
	{ LOG_JSON, TOMO_LOG_WARNING, "" },
	{ LOG_DISABLED, TOMO_LOG_INFO, "" },
};

static void
writes_stdout_in_the_format_and_level_of_the_process(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		char *text;

		log_setup(outputs[i].format, outputs[i].level);
		text = on_stdout(TOMO_LOG_INFO);
		assert_string_equal(text, outputs[i].text);
		free(text);
	}
}

static void
writes_a_file_whatever_format_and_level(void **state)
{
	struct log_stream *stream = log_stream_file(path, NULL);

	(void)state;
	log_setup(LOG_DISABLED, TOMO_LOG_ERROR);
	add(stream, "a");
	log_stream_free(stream);
	assert_file(path, LINE("a"));
}

/* A stream to a pipe of its smallest size, whose reader does not block. */
static struct log_stream *
stream_to_pipe(int ends[2])
{
	struct log_stream *stream;
	struct capture capture;
	char name[64];

	assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 8192), 8192);
	capture_begin(&capture, STDERR_FILENO, ends[1]);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", ends[1]);
	stream = log_stream_file(name, NULL);
	capture_end(&capture);
	assert_non_null(stream);
	return stream;
}

static void
add_long(struct log_stream *stream, char letter, size_t len)
{
	char *message = calloc(1, len + 1);

	memset(message, letter, len);
	add(stream, message);
	free(message);
}

/* Every flush of short lines ends with a line, so others may come between. */
static void
gives_a_pipe_whole_lines_alone(void **state)
{
	size_t count = 0, sizes = 0;
	struct log_stream *stream;
	int ends[2];

	(void)state;
	stream = stream_to_pipe(ends);
	for (size_t i = 0; i < 200; i++) {
		add_long(stream, 'x', i * 7);
		sizes += i * 7 + strlen(LINE(""));
	}
	for (int i = 0; i < 100; i++) {
		char *text;

		log_stream_flush(stream);
		text = capture_drain(ends[0]);
		if (text[0] == '\0') {
			free(text);
			break;
		}
		assert_true(strlen(text) <= 8192);
		assert_int_equal(text[strlen(text) - 1], '\n');
		count += strlen(text);
		free(text);
	}
	assert_int_equal(count, sizes);
	assert_int_equal(log_stream_dropped(stream), 0);
	log_stream_free(stream);
	close(ends[0]);
	close(ends[1]);
}

static void
gives_a_pipe_a_longer_line_in_pieces(void **state)
{
	const size_t len = 3 * PIPE_BUF + 17;
	char *all = calloc(1, 64 * 1024), *line;
	struct log_stream *stream;
	int ends[2];

	(void)state;
	stream = stream_to_pipe(ends);
	add(stream, "before");
	add_long(stream, 'x', len);
	add(stream, "after");
	for (int i = 0; i < 6; i++) {
		char *text;

		log_stream_flush(stream);
		text = capture_drain(ends[0]);
		strcat(all, text);
		free(text);
	}
	assert_memory_equal(all, LINE("before"), strlen(LINE("before")));
	line = all + strlen(LINE("before"));
	assert_int_equal(strcspn(line, "\n") + 1, len + strlen(LINE("")));
	assert_string_equal(strchr(line, '\n') + 1, LINE("after"));
	free(all);
	log_stream_free(stream);
	close(ends[0]);
	close(ends[1]);
}

/* Adds records of about 1 KiB, with a flush each, that nobody reads. */
static void
add_unread(struct log_stream *stream, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		add_long(stream, 'x', 1024 - strlen(LINE("")));
		log_stream_flush(stream);
	}
}

static void
holds_a_mebibyte_for_a_slow_reader_and_counts_the_rest(void **state)
{
	struct capture capture;
	int ends[2], file = capture_file();
	struct log_stream *stream;
	size_t read_bytes = 0, kept;
	int in_pipe;
	char *text, want[32];

	(void)state;
	stream = stream_to_pipe(ends);
	add_unread(stream, 2000);
	assert_int_equal(ioctl(ends[0], FIONREAD, &in_pipe), 0);
	kept = 1024 + (size_t)in_pipe / 1024;
	assert_int_equal(log_stream_dropped(stream), 2000 - kept);
	capture_begin(&capture, STDERR_FILENO, file);
	do {
		text = capture_drain(ends[0]);
		read_bytes += strlen(text);
		log_stream_flush(stream);
		free(text);
	} while (read_bytes < kept * 1024);
	add(stream, "back");
	log_stream_flush(stream);
	capture_end(&capture);
	text = capture_drain(ends[0]);
	assert_string_equal(text, LINE("back"));
	free(text);
	text = capture_text(file);
	assert_non_null(strstr(text, "access records were dropped"));
	snprintf(want, sizeof(want), "\"dropped\":%zu}", 2000 - kept);
	assert_non_null(strstr(text, want));
	assert_null(strchr(strchr(text, '\n') + 1, '\n'));
	free(text);
	close(file);
	log_stream_free(stream);
	close(ends[0]);
	close(ends[1]);
}

static void
drops_a_record_beyond_the_bound_whole(void **state)
{
	struct log_stream *stream = log_stream_file(path, NULL);
	struct capture capture;
	int file = capture_file();

	(void)state;
	add(stream, "a");
	add_long(stream, 'x', 1024 * 1024);
	add(stream, "b");
	assert_int_equal(log_stream_dropped(stream), 1);
	capture_begin(&capture, STDERR_FILENO, file);
	log_stream_free(stream);
	capture_end(&capture);
	close(file);
	assert_file(path, LINE("a") LINE("b"));
}

static void
writes_early_rather_than_drop_within_one_pass(void **state)
{
	struct log_stream *stream = log_stream_file(path, NULL);
	struct stat status;

	(void)state;
	for (int i = 0; i < 5000; i++)
		add_long(stream, 'x', 1024 - strlen(LINE("")));
	assert_int_equal(log_stream_dropped(stream), 0);
	log_stream_free(stream);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 5000 * 1024);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(holds_records_until_it_is_flushed),
		TEST(appends_to_a_file_that_it_creates),
		TEST(says_which_file_it_cannot_open),
		TEST(does_not_wait_for_the_reader_of_a_fifo),
		TEST(opens_the_file_again_after_it_was_moved),
		TEST(keeps_the_old_file_if_it_cannot_open_again),
		TEST(writes_stdout_in_the_format_and_level_of_the_process),
		TEST(writes_a_file_whatever_format_and_level),
		TEST(gives_a_pipe_whole_lines_alone),
		TEST(gives_a_pipe_a_longer_line_in_pieces),
		TEST(holds_a_mebibyte_for_a_slow_reader_and_counts_the_rest),
		TEST(drops_a_record_beyond_the_bound_whole),
		TEST(writes_early_rather_than_drop_within_one_pass),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
