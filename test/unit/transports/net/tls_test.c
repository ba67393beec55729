#include "test/unit/transports/net/tls_link.h"

#include <poll.h>
#include <stdbool.h>

static char large[600 * 1000], copy[sizeof(large)];

static int
set_up(void **state)
{
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (char)(i * 7 + i / 251);
	return make_certificate(state);
}

/* ---- tests ---- */

static void
carries_bytes_both_ways(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct link link;

		open_link(&link);
		SSL_set_min_proto_version(link.client, versions[i]);
		SSL_set_max_proto_version(link.client, versions[i]);
		shake_hands(&link);
		assert_int_equal(SSL_write(link.client, "ping", 4), 4);
		assert_int_equal(tls_recv(link.server, data, sizeof(data)), 4);
		assert_memory_equal(data, "ping", 4);
		assert_int_equal(tls_send(link.server, "pong!", 5), 5);
		assert_int_equal(SSL_read(link.client, data, 100), 5);
		assert_memory_equal(data, "pong!", 5);
		assert_int_equal(SSL_version(link.client), versions[i]);
		close_link(&link);
	}
}

static void
refuses_versions_before_1_2(void **state)
{
	struct link link;

	(void)state;
	open_link(&link);
	SSL_set_max_proto_version(link.client, TLS1_1_VERSION);
	assert_int_equal(shake_hands(&link), -1);
	assert_int_equal(errno, EPROTO);
	assert_string_equal(
	    tls_handshake_error(link.server), "unsupported protocol");
	close_link(&link);
}

static void
takes_a_handshake_byte_by_byte(void **state)
{
	struct link link;
	BIO *out = BIO_new(BIO_s_mem());
	char byte;

	(void)state;
	open_link(&link);
	/* The client reads from the socket, but writes into memory. */
	SSL_set0_wbio(link.client, out);
	while (!SSL_is_init_finished(link.client)) {
		SSL_do_handshake(link.client);
		while (BIO_read(out, &byte, 1) == 1) {
			assert_int_equal(write(link.fds[1], &byte, 1), 1);
			assert_int_equal(
			    tls_recv(link.server, data, sizeof(data)), -1);
			assert_int_equal(errno, EAGAIN);
		}
	}
	SSL_write(link.client, "x", 1);
	while (BIO_read(out, &byte, 1) == 1)
		assert_int_equal(write(link.fds[1], &byte, 1), 1);
	assert_int_equal(tls_recv(link.server, data, sizeof(data)), 1);
	close_link(&link);
}

static void
speaks_http_1_1_or_nothing(void **state)
{
	static const struct {
		const char *offered, *chosen, *reason;
	} rows[] = {
		{ "\x02h2\x08http/1.1", "http/1.1", NULL },
		{ "\x08http/1.0", "http/1.0", NULL },
		{ "", "", NULL },
		{ "\x02h2", "", "no application protocol" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct link link;
		const unsigned char *chosen;
		const char *offered = rows[i].offered, *reason;
		unsigned len;

		open_link(&link);
		SSL_set_alpn_protos(link.client, (const unsigned char *)offered,
		    (unsigned)strlen(offered));
		assert_int_equal(shake_hands(&link), -1);
		assert_int_equal(
		    errno, rows[i].reason == NULL ? EAGAIN : EPROTO);
		reason = tls_handshake_error(link.server);
		if (rows[i].reason == NULL)
			assert_null(reason);
		else
			assert_string_equal(reason, rows[i].reason);
		SSL_get0_alpn_selected(link.client, &chosen, &len);
		assert_int_equal(len, strlen(rows[i].chosen));
		assert_memory_equal(chosen, rows[i].chosen, len);
		close_link(&link);
	}
}

static void
knows_plain_http_and_leaves_it_unread(void **state)
{
	struct link link;

	(void)state;
	open_link(&link);
	assert_int_equal(tls_recv(link.server, data, sizeof(data)), -1);
	assert_int_equal(errno, EAGAIN);
	assert_null(tls_handshake_error(link.server));
	assert_int_equal(write(link.fds[1], "DELETE /", 8), 8);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tls_recv(link.server, data, sizeof(data)), -1);
		assert_int_equal(errno, EPROTOTYPE);
	}
	assert_string_equal(tls_handshake_error(link.server), "plain HTTP");
	assert_int_equal(read(link.fds[0], data, sizeof(data)), 8);
	close_link(&link);
}

static void
says_why_a_handshake_failed(void **state)
{
	static const struct {
		const char *bytes, *reason;
	} rows[] = {
		{ "\x16\x03\x01\xff\xff", "packet length too long" },
		{ "nonsense", "wrong version number" },
		{ "\x15\x03\x01\x00\x02\x02\x28", "unexpected message" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const size_t len = i == 2 ? 7 : strlen(rows[i].bytes);
		struct link link;

		open_link(&link);
		assert_int_equal(
		    write(link.fds[1], rows[i].bytes, len), (ssize_t)len);
		assert_int_equal(tls_recv(link.server, data, sizeof(data)), -1);
		assert_int_equal(errno, EPROTO);
		assert_string_equal(
		    tls_handshake_error(link.server), rows[i].reason);
		/* And stays so. */
		assert_int_equal(tls_recv(link.server, data, sizeof(data)), -1);
		assert_int_equal(errno, EPROTO);
		tls_end(link.server);
		close_link(&link);
	}
}

static void
ends_quietly_when_a_handshake_is_cut_short(void **state)
{
	struct link link;

	(void)state;
	open_link(&link);
	assert_int_equal(write(link.fds[1], "\x16\x03\x01\x02", 4), 4);
	assert_int_equal(tls_recv(link.server, data, sizeof(data)), -1);
	assert_int_equal(errno, EAGAIN);
	shutdown(link.fds[1], SHUT_WR);
	assert_int_equal(tls_recv(link.server, data, sizeof(data)), 0);
	assert_string_equal(tls_handshake_error(link.server), "not completed");
	close_link(&link);
}

/* Whether the server's socket would wake whoever watches it. */
static bool
is_readable(const struct link *link)
{
	struct pollfd poll_fd = { .fd = link->fds[0], .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

static void
leaves_the_socket_readable_while_there_is_more(void **state)
{
	static const int sizes[] = { 1, 1000, 16384, 3, 16384 };
	struct link link;
	size_t put = 0, got = 0;

	(void)state;
	connect_link(&link);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(
		    SSL_write(link.client, large + put, sizes[i]), sizes[i]);
		put += (size_t)sizes[i];
	}
	SSL_shutdown(link.client);
	while (got < put) {
		ssize_t part;

		assert_true(is_readable(&link));
		part = tls_recv(link.server, data, sizeof(data));
		assert_in_range(part, 1, put - got);
		memcpy(copy + got, data, (size_t)part);
		got += (size_t)part;
	}
	assert_memory_equal(copy, large, got);
	assert_true(is_readable(&link));
	assert_int_equal(tls_recv(link.server, data, sizeof(data)), 0);
	close_link(&link);
}

static void
update_key(const struct link *link)
{
	assert_int_equal(
	    SSL_key_update(link->client, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
	assert_int_equal(SSL_do_handshake(link->client), 1);
}

/* What a peer sends that costs much and says nothing. */
static void
takes_one_key_update_at_a_time(void **state)
{
	struct link link;

	(void)state;
	connect_link(&link);
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 3; i++)
			update_key(&link);
		SSL_write(link.client, "x", 1);
		for (int i = 0; i < 3; i++) {
			assert_int_equal(
			    tls_recv(link.server, data, sizeof(data)), -1);
			assert_int_equal(errno, EAGAIN);
			assert_true(is_readable(&link));
		}
		assert_int_equal(tls_recv(link.server, data, sizeof(data)), 1);
	}
	close_link(&link);
}

static void
ends_a_peer_that_sends_key_updates_only(void **state)
{
	struct link link;
	int taken = 0;

	(void)state;
	connect_link(&link);
	for (int i = 0; i < 100; i++)
		update_key(&link);
	while (taken < 100 && tls_recv(link.server, data, sizeof(data)) < 0 &&
	    errno == EAGAIN)
		taken++;
	assert_int_equal(errno, EPROTO);
	assert_in_range(taken, 10, 50);
	close_link(&link);
}

static void
can_still_send_after_the_peer_has_ended(void **state)
{
	struct link link;

	(void)state;
	connect_link(&link);
	SSL_write(link.client, "last", 4);
	SSL_shutdown(link.client);
	assert_int_equal(tls_recv(link.server, data, sizeof(data)), 4);
	assert_int_equal(tls_recv(link.server, data, sizeof(data)), 0);
	assert_int_equal(tls_send(link.server, "pong", 4), 4);
	assert_int_equal(SSL_read(link.client, data, 100), 4);
	close_link(&link);
}

static void
goes_on_sending_where_the_socket_was_full(void **state)
{
	struct link link;
	size_t put = 0, got = 0;
	int stops = 0;

	(void)state;
	connect_link(&link);
	while (got < sizeof(large)) {
		/* From another place each time, as a buffer that moves. */
		char *moved = malloc(sizeof(large) - put);
		ssize_t part;
		int count;

		memcpy(moved, large + put, sizeof(large) - put);
		part = tls_send(link.server, moved, sizeof(large) - put);
		free(moved);
		if (part > 0) {
			put += (size_t)part;
			continue;
		}
		stops += part < 0 && errno == EAGAIN;
		while ((count = SSL_read(link.client, copy + got,
			    (int)(sizeof(copy) - got))) > 0)
			got += (size_t)count;
	}
	assert_int_equal(put, sizeof(large));
	assert_memory_equal(copy, large, sizeof(large));
	assert_true(stops > 0);
	close_link(&link);
}

static void
says_that_a_handshake_waits_for_room_to_send(void **state)
{
	struct link link;
	size_t junk = 0;
	ssize_t part;

	(void)state;
	open_link(&link);
	SSL_do_handshake(link.client);
	while ((part = write(link.fds[0], large, 1000)) > 0)
		junk += (size_t)part;
	assert_int_equal(tls_recv(link.server, data, sizeof(data)), -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(tls_wants_write(link.server));
	for (; junk > 0; junk -= (size_t)part) {
		part = read(link.fds[1], copy, junk);
		assert_in_range(part, 1, junk);
	}
	assert_int_equal(shake_hands(&link), -1);
	assert_true(SSL_is_init_finished(link.client));
	assert_false(tls_wants_write(link.server));
	close_link(&link);
}

static void
says_goodbye(void **state)
{
	struct link link;
	char byte;
	int count;

	(void)state;
	connect_link(&link);
	tls_end(link.server);
	count = SSL_read(link.client, &byte, 1);
	assert_int_equal(
	    SSL_get_error(link.client, count), SSL_ERROR_ZERO_RETURN);
	close_link(&link);
}

static void
sends_nothing_before_the_handshake(void **state)
{
	struct link link;

	(void)state;
	open_link(&link);
	assert_int_equal(tls_send(link.server, "x", 1), -1);
	assert_int_equal(errno, ENOTCONN);
	close_link(&link);
}

static void
tells_when_the_peer_is_gone(void **state)
{
	struct link link;

	(void)state;
	connect_link(&link);
	close(link.fds[1]);
	assert_int_equal(tls_send(link.server, "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(tls_send(link.server, "x", 1), -1);
	assert_int_equal(tls_recv(link.server, data, sizeof(data)), -1);
	tls_end(link.server);
	link.fds[1] = dup(link.fds[0]);
	close_link(&link);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_bytes_both_ways),
		cmocka_unit_test(refuses_versions_before_1_2),
		cmocka_unit_test(takes_a_handshake_byte_by_byte),
		cmocka_unit_test(speaks_http_1_1_or_nothing),
		cmocka_unit_test(knows_plain_http_and_leaves_it_unread),
		cmocka_unit_test(says_why_a_handshake_failed),
		cmocka_unit_test(ends_quietly_when_a_handshake_is_cut_short),
		cmocka_unit_test(
		    leaves_the_socket_readable_while_there_is_more),
		cmocka_unit_test(takes_one_key_update_at_a_time),
		cmocka_unit_test(ends_a_peer_that_sends_key_updates_only),
		cmocka_unit_test(can_still_send_after_the_peer_has_ended),
		cmocka_unit_test(goes_on_sending_where_the_socket_was_full),
		cmocka_unit_test(says_that_a_handshake_waits_for_room_to_send),
		cmocka_unit_test(says_goodbye),
		cmocka_unit_test(sends_nothing_before_the_handshake),
		cmocka_unit_test(tells_when_the_peer_is_gone),
	};

	return cmocka_run_group_tests(tests, set_up, remove_certificate);
}
