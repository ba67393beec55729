#include "transports/http/output.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/base/alloc.h"
#include "transports/http/connection.h"
#include "transports/http/server.h"

/* A connection without a server around it, and its peer. */
struct pair {
	struct http_server server;
	struct http_connection conn;
	int peer;
	char seen[64];
};

static int
set_up(void **state)
{
	struct pair *pair = xcalloc(1, sizeof(*pair));
	int ends[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	pair->conn.server = &pair->server;
	pair->conn.event.ev_fd = ends[0];
	pair->peer = ends[1];
	*state = pair;
	return 0;
}

static int
tear_down(void **state)
{
	struct pair *pair = *state;

	output_drop(&pair->conn);
	buffer_clear(&pair->server.out);
	close(pair->conn.event.ev_fd);
	close(pair->peer);
	free(pair);
	return 0;
}

static int
file_of(const char *text)
{
	char name[] = "/tmp/output_test_XXXXXX";
	const int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

/* What the peer has got since it last looked. */
static const char *
seen(struct pair *pair)
{
	const ssize_t got = read(
	    pair->peer, pair->seen, sizeof(pair->seen) - 1);

	pair->seen[got > 0 ? got : 0] = '\0';
	return pair->seen;
}

static void
sends_bytes_then_the_parts_of_a_file(void **state)
{
	struct pair *pair = *state;
	struct output_file *file = output_file_new(file_of("0123456789"), 3);
	size_t room = OUTPUT_TURN;

	buffer_add_text(output_bytes(&pair->conn), "head,");
	file->parts[0].offset = 2;
	file->parts[0].size = 3;
	file->parts[1].before = xstrdup(",next,");
	file->parts[1].before_len = 6;
	file->parts[1].size = 2;
	file->parts[2].before = xstrdup(",end");
	file->parts[2].before_len = 4;
	output_add_file(&pair->conn, file);
	assert_true(output_is_choked(&pair->conn));
	assert_int_equal(output_send(&pair->conn, &room), 0);
	assert_string_equal(seen(pair), "head,234,next,01,end");
	assert_null(pair->conn.output);
	assert_false(output_is_choked(&pair->conn));
	assert_int_equal(room, OUTPUT_TURN - 20);
}

static void
sends_no_more_of_a_file_than_its_turn_allows(void **state)
{
	struct pair *pair = *state;
	struct output_file *file = output_file_new(file_of("0123456789"), 1);
	size_t room = 4;

	file->parts[0].size = 10;
	output_add_file(&pair->conn, file);
	assert_int_equal(output_send(&pair->conn, &room), 0);
	assert_string_equal(seen(pair), "0123");
	assert_non_null(pair->conn.output);
	room = 100;
	assert_int_equal(output_send(&pair->conn, &room), 0);
	assert_string_equal(seen(pair), "456789");
	assert_null(pair->conn.output);
}

static void
sends_of_a_file_that_grows_only_what_was_promised(void **state)
{
	struct pair *pair = *state;
	struct output_file *file = output_file_new(file_of("0123456789"), 1);
	size_t room = OUTPUT_TURN;

	file->parts[0].size = 5;
	output_add_file(&pair->conn, file);
	assert_int_equal(output_send(&pair->conn, &room), 0);
	assert_string_equal(seen(pair), "01234");
	assert_null(pair->conn.output);
}

static void
fails_when_a_file_has_become_shorter(void **state)
{
	struct pair *pair = *state;
	struct output_file *file = output_file_new(file_of("0123456789"), 1);
	size_t room = 4;

	file->parts[0].size = 10;
	output_add_file(&pair->conn, file);
	assert_int_equal(output_send(&pair->conn, &room), 0);
	assert_int_equal(ftruncate(file->fd, 6), 0);
	room = 100;
	assert_int_equal(output_send(&pair->conn, &room), -1);
	assert_string_equal(seen(pair), "012345");
}

static void
keeps_what_the_socket_does_not_take(void **state)
{
	static char big[1 << 20];
	struct pair *pair = *state;
	size_t room = OUTPUT_TURN, got = 0;

	buffer_add(output_bytes(&pair->conn), big, sizeof(big));
	assert_true(output_is_choked(&pair->conn));
	assert_int_equal(output_send(&pair->conn, &room), 0);
	assert_non_null(pair->conn.output);
	assert_int_equal(buffer_len(&pair->server.out), 0);
	while (pair->conn.output != NULL) {
		ssize_t here;

		while ((here = read(pair->peer, big, sizeof(big))) > 0)
			got += (size_t)here;
		assert_int_equal(output_send(&pair->conn, &room), 0);
	}
	for (ssize_t here; (here = read(pair->peer, big, sizeof(big))) > 0;)
		got += (size_t)here;
	assert_int_equal(got, sizeof(big));
}

static void
fails_when_the_peer_is_gone(void **state)
{
	struct pair *pair = *state;
	size_t room = OUTPUT_TURN;

	shutdown(pair->peer, SHUT_RD);
	buffer_add_text(output_bytes(&pair->conn), "text");
	assert_int_equal(output_send(&pair->conn, &room), -1);
	assert_int_equal(buffer_len(&pair->server.out), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(sends_bytes_then_the_parts_of_a_file),
		TEST(sends_no_more_of_a_file_than_its_turn_allows),
		TEST(sends_of_a_file_that_grows_only_what_was_promised),
		TEST(fails_when_a_file_has_become_shorter),
		TEST(keeps_what_the_socket_does_not_take),
		TEST(fails_when_the_peer_is_gone),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
