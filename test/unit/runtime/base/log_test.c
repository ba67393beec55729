#include "runtime/base/log.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "runtime/base/clock.h"
#include "test/unit/capture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 2026-11-23T19:00:00.123456Z */
#define NOW INT64_C(1795460400123456)

static int
set_up(void **state)
{
	(void)state;
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	clock_fake(1, NOW);
	log_setup(LOG_CONSOLE, TOMO_LOG_INFO);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	clock_fake(0, 0);
	log_setup(LOG_CONSOLE, TOMO_LOG_INFO);
	return 0;
}

/* What one record looks like; the caller frees it. */
static char *
written(const char *logger, int level, const char *message,
    const struct tomo_log_field *fields)
{
	struct capture capture;
	int file = capture_file();
	char *text;

	capture_begin(&capture, STDERR_FILENO, file);
	log_write(logger, level, message, fields);
	capture_end(&capture);
	text = capture_text(file);
	close(file);
	return text;
}

static void
leaves_out_what_is_below_the_level(void **state)
{
	static const int levels[] = { TOMO_LOG_DEBUG, TOMO_LOG_INFO,
		TOMO_LOG_WARNING, TOMO_LOG_ERROR };

	(void)state;
	for (size_t lowest = 0; lowest < COUNT(levels); lowest++)
		for (size_t i = 0; i < COUNT(levels); i++) {
			char *text;

			log_setup(LOG_JSON, levels[lowest]);
			text = written("l", levels[i], "m", NULL);
			assert_int_equal(text[0] != '\0', i >= lowest);
			assert_int_equal(log_is_on(levels[i]), i >= lowest);
			free(text);
		}
	log_setup(LOG_DISABLED, TOMO_LOG_DEBUG);
	assert_false(log_is_on(TOMO_LOG_ERROR));
}

static void
knows_formats_and_levels_by_name(void **state)
{
	(void)state;
	for (enum log_format format = LOG_CONSOLE; format <= LOG_DISABLED;
	     format++)
		assert_int_equal(
		    log_format_by_name(log_format_name(format)), format);
	for (int level = TOMO_LOG_DEBUG; level <= TOMO_LOG_ERROR; level += 10)
		assert_int_equal(
		    log_level_by_name(log_level_name(level)), level);
	assert_int_equal(log_format_by_name("xml"), -1);
	assert_int_equal(log_level_by_name("loud"), -1);
	assert_string_equal(log_level_name(0), "debug");
	assert_string_equal(log_level_name(25), "info");
	assert_string_equal(log_level_name(99), "error");
	log_setup(LOG_LOGFMT, TOMO_LOG_ERROR);
	assert_int_equal(log_current_format(), LOG_LOGFMT);
	assert_int_equal(log_current_level(), TOMO_LOG_ERROR);
}

static void
prints_a_message_of_any_length(void **state)
{
	static const int lengths[] = { 0, 1, 511, 512, 513, 100000 };

	(void)state;
	log_setup(LOG_JSON, TOMO_LOG_INFO);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct capture capture;
		int file = capture_file();
		json_t *json;
		char *text;

		capture_begin(&capture, STDERR_FILENO, file);
		log_printf("l", TOMO_LOG_INFO, "%0*d", lengths[i], 0);
		log_printf("l", TOMO_LOG_DEBUG, "%d", 1);
		capture_end(&capture);
		text = capture_text(file);
		json = json_loads(text, 0, NULL);
		assert_int_equal(
		    json_string_length(json_object_get(json, "message")),
		    lengths[i] > 0 ? lengths[i] : 1);
		json_decref(json);
		free(text);
		close(file);
	}
}

/* What a record to a new terminal looks like; the caller frees it. */
static char *
on_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK), slave;
	struct capture capture;
	char *text;

	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	capture_begin(&capture, STDERR_FILENO, slave);
	log_write("l", TOMO_LOG_INFO, "m",
	    (struct tomo_log_field[]) {
		TOMO_LOG_INT("k", 1), { .key = NULL } });
	capture_end(&capture);
	text = capture_drain(master);
	close(slave);
	close(master);
	return text;
}

static const struct {
	const char *no_color, *term;
	enum log_format format;
	bool has_colour;
} colours[] = {
	{ NULL, "xterm", LOG_CONSOLE, true },
	{ "", "xterm", LOG_CONSOLE, true },
	{ NULL, NULL, LOG_CONSOLE, true },
	{ "1", "xterm", LOG_CONSOLE, false },
	{ NULL, "dumb", LOG_CONSOLE, false },
	{ NULL, "xterm", LOG_JSON, false },
	{ NULL, "xterm", LOG_LOGFMT, false },
};

static void
colours_a_terminal_unless_told_not_to(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(colours); i++) {
		char *text;

		unsetenv("NO_COLOR");
		unsetenv("TERM");
		if (colours[i].no_color != NULL)
			setenv("NO_COLOR", colours[i].no_color, 1);
		if (colours[i].term != NULL)
			setenv("TERM", colours[i].term, 1);
		log_setup(colours[i].format, TOMO_LOG_INFO);
		text = on_terminal();
		assert_int_equal(
		    strchr(text, '\033') != NULL, colours[i].has_colour);
		free(text);
	}
}

/* A pipe or a pair of sockets; the reading end does not block. */
static void
open_channel(int ends[2], bool is_socket)
{
	if (is_socket)
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	else
		assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

static void
drops_and_counts_what_a_full_channel_cannot_take(void **state)
{
	struct capture capture;
	int ends[2];

	(void)state;
	log_setup(LOG_JSON, TOMO_LOG_INFO);
	for (int is_socket = 0; is_socket <= 1; is_socket++) {
		size_t count = 0;
		char *text, *line, *rest;

		open_channel(ends, is_socket != 0);
		capture_begin(&capture, STDERR_FILENO, ends[1]);
		for (int i = 0; i < 5000; i++)
			log_printf("l", TOMO_LOG_INFO, "%0200d", i);
		text = capture_drain(ends[0]);
		log_printf("l", TOMO_LOG_INFO, "back");
		capture_end(&capture);

		/* The flags are everybody's. */
		assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
		rest = capture_drain(ends[0]);
		text = realloc(text, strlen(text) + strlen(rest) + 1);
		strcat(text, rest);
		for (line = strtok(text, "\n"); line != NULL;
		     line = strtok(NULL, "\n")) {
			json_t *json = json_loads(line, 0, NULL);
			json_t *dropped = json_object_get(json, "dropped");

			assert_non_null(json);
			count += dropped != NULL
			    ? (size_t)json_integer_value(dropped)
			    : 1;
			json_decref(json);
		}
		assert_int_equal(count, 5001);
		assert_true(strstr(rest, "were dropped") != NULL);
		assert_true(strstr(rest, "\"back\"") != NULL);
		free(rest);
		free(text);
		close(ends[0]);
		close(ends[1]);
	}
}

static void
finishes_a_long_record_before_the_next(void **state)
{
	const size_t len = 300000;
	char *message = malloc(len + 1), *all = calloc(1, len + 4096);
	struct capture capture;
	json_t *json;
	int ends[2];

	(void)state;
	memset(message, 'x', len);
	message[len] = '\0';
	log_setup(LOG_JSON, TOMO_LOG_INFO);
	open_channel(ends, false);
	capture_begin(&capture, STDERR_FILENO, ends[1]);
	log_write("l", TOMO_LOG_INFO, message, NULL);
	/* The first of these are dropped: the long one is not through. */
	for (int i = 0; i < 8; i++) {
		char *part = capture_drain(ends[0]);

		strcat(all, part);
		free(part);
		log_printf("l", TOMO_LOG_INFO, "next");
	}
	capture_end(&capture);

	assert_true(strchr(all, '\n') > all + len);
	*strchr(all, '\n') = '\0';
	json = json_loads(all, 0, NULL);
	assert_int_equal(
	    json_string_length(json_object_get(json, "message")), len);
	json_decref(json);
	assert_non_null(strstr(all + strlen(all) + 1, "\"dropped\":"));
	assert_non_null(strstr(all + strlen(all) + 1, "\"next\""));
	free(all);
	free(message);
	close(ends[0]);
	close(ends[1]);
}

#define THREADS 4
#define RECORDS 60

static void *
write_records(void *arg)
{
	for (int i = 0; i < RECORDS; i++)
		log_printf(arg, TOMO_LOG_INFO, "%0100d", i);
	return NULL;
}

static void
keeps_lines_of_several_threads_whole(void **state)
{
	static char *const names[THREADS] = { "a", "b", "c", "d" };
	pthread_t threads[THREADS];
	struct capture capture;
	int ends[2], count = 0;
	char *text;

	(void)state;
	log_setup(LOG_JSON, TOMO_LOG_INFO);
	open_channel(ends, false);
	capture_begin(&capture, STDERR_FILENO, ends[1]);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, write_records, names[i]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	capture_end(&capture);
	text = capture_drain(ends[0]);
	for (char *line = strtok(text, "\n"); line != NULL;
	     line = strtok(NULL, "\n")) {
		json_t *json = json_loads(line, 0, NULL);

		assert_non_null(json);
		json_decref(json);
		count++;
	}
	assert_int_equal(count, THREADS * RECORDS);
	free(text);
	close(ends[0]);
	close(ends[1]);
}

static void
survives_a_reader_that_is_gone(void **state)
{
	struct capture capture;
	int ends[2];
	char *text;

	(void)state;
	open_channel(ends, false);
	close(ends[0]);
	capture_begin(&capture, STDERR_FILENO, ends[1]);
	log_write("l", TOMO_LOG_INFO, "lost", NULL);
	capture_end(&capture);
	close(ends[1]);
	text = written("l", TOMO_LOG_INFO, "heard", NULL);
	assert_non_null(strstr(text, "dropped=1"));
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(leaves_out_what_is_below_the_level),
		TEST(knows_formats_and_levels_by_name),
		TEST(prints_a_message_of_any_length),
		TEST(colours_a_terminal_unless_told_not_to),
		TEST(drops_and_counts_what_a_full_channel_cannot_take),
		TEST(finishes_a_long_record_before_the_next),
		TEST(keeps_lines_of_several_threads_whole),
		TEST(survives_a_reader_that_is_gone),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
