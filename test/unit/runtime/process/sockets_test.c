#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/process/sockets.h"

static int
family_of(int fd)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&bound, &len), 0);
	return bound.ss_family;
}

static int
can_connect(const char *host, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(inet_pton(AF_INET, host, &to.sin_addr), 1);
	const int result = connect(fd, (struct sockaddr *)&to, sizeof(to));
	close(fd);
	return result == 0;
}

static void
listens_where_it_is_told(void **state)
{
	static const struct {
		const char *host;
		int family;
	} rows[] = {
		{ "127.0.0.1", AF_INET },
		{ "0.0.0.0", AF_INET },
		{ "::1", AF_INET6 },
		{ "localhost", 0 },
		{ NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct socket_wish wish = { rows[i].host, 0, false, 16 };
		struct error err = { "" };
		uint16_t port = 0;
		int fd = -1;
		if (socket_listen(&wish, &fd, &port, &err) != 0 &&
		    rows[i].family == AF_INET6)
			continue; /* a machine without IPv6 */
		assert_string_equal(err.text, "");
		assert_int_not_equal(port, 0);
		if (rows[i].family != 0)
			assert_int_equal(family_of(fd), rows[i].family);
		if (family_of(fd) == AF_INET || rows[i].host == NULL)
			assert_true(can_connect("127.0.0.1", port));
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
		close(fd);
	}
}

static void
says_where_it_cannot_listen_and_why(void **state)
{
	struct socket_wish wish = { "127.0.0.1", 0, false, 16 };
	struct error err = { "" };
	char want[200];
	uint16_t port, other;
	int fd, second;

	(void)state;
	assert_int_equal(socket_listen(&wish, &fd, &port, &err), 0);
	wish.port = port;
	assert_int_equal(socket_listen(&wish, &second, &other, &err), -1);
	snprintf(want, sizeof(want),
	    "cannot listen on 127.0.0.1 port %u: "
	    "Address already in use",
	    port);
	assert_string_equal(err.text, want);

	wish.host = NULL;
	assert_int_equal(socket_listen(&wish, &second, &other, &err), -1);
	snprintf(want, sizeof(want),
	    "cannot listen on all interfaces, port "
	    "%u: Address already in use",
	    port);
	assert_string_equal(err.text, want);
	close(fd);

	wish.host = "192.0.2.1";
	wish.port = 9700;
	assert_int_equal(socket_listen(&wish, &second, &other, &err), -1);
	assert_string_equal(err.text,
	    "cannot listen on 192.0.2.1 port 9700: "
	    "Cannot assign requested address");

	wish.host = "no such host";
	assert_int_equal(socket_listen(&wish, &second, &other, &err), -1);
	assert_memory_equal(
	    err.text, "cannot listen on no such host port 9700:", 40);
}

static void
knows_when_a_port_would_be_shared(void **state)
{
	struct socket_wish wish = { "127.0.0.1", 0, true, 16 };
	uint16_t port;
	int fd;

	(void)state;
	assert_false(socket_is_shared(&wish));
	assert_int_equal(socket_listen(&wish, &fd, &port, NULL), 0);
	wish.port = port;
	assert_true(socket_is_shared(&wish));
	close(fd);
	assert_false(socket_is_shared(&wish));
}

static void
keeps_one_socket_for_all_slots_without_reuse_port(void **state)
{
	const struct socket_wish wish = { "127.0.0.1", 0, false, 16 };
	struct sockets sockets = { NULL };

	(void)state;
	const struct listener *a = sockets_get(
	    &sockets, "a", 0, 1, &wish, NULL);
	assert_non_null(a);
	assert_ptr_equal(sockets_get(&sockets, "a", 1, 2, &wish, NULL), a);
	assert_ptr_equal(sockets_get(&sockets, "a", 0, 3, &wish, NULL), a);
	assert_true(sockets_has(&sockets, "a", &wish));
	assert_false(sockets_has(&sockets, "b", &wish));
	sockets_clear(&sockets);
}

static void
keeps_one_socket_a_slot_with_reuse_port(void **state)
{
	const struct socket_wish wish = { "127.0.0.1", 0, true, 16 };
	struct sockets sockets = { NULL };

	(void)state;
	const struct listener *a = sockets_get(
	    &sockets, "a", 0, 1, &wish, NULL);
	const struct listener *b = sockets_get(
	    &sockets, "a", 1, 2, &wish, NULL);
	assert_non_null(a);
	assert_non_null(b);
	assert_ptr_not_equal(a, b);
	/* Port 0 was resolved once. */
	assert_int_equal(a->port, b->port);
	assert_ptr_equal(sockets_get(&sockets, "a", 1, 4, &wish, NULL), b);
	sockets_clear(&sockets);
}

static void
keeps_a_socket_as_long_as_an_owner_wants_it(void **state)
{
	const struct socket_wish wish = { "127.0.0.1", 0, false, 16 };
	struct sockets sockets = { NULL };

	(void)state;
	const struct listener *a = sockets_get(
	    &sockets, "a", 0, 1, &wish, NULL);
	const uint16_t port = a->port;
	sockets_get(&sockets, "a", 0, 1, &wish, NULL);
	sockets_get(&sockets, "a", 0, 2, &wish, NULL);
	sockets_release(&sockets, 1);
	sockets_release(&sockets, 7);
	assert_ptr_equal(sockets.first, a);
	assert_true(can_connect("127.0.0.1", port));
	sockets_release(&sockets, 2);
	assert_null(sockets.first);
	assert_false(can_connect("127.0.0.1", port));
}

static void
keeps_services_from_sharing_a_port(void **state)
{
	struct socket_wish wish = { "127.0.0.1", 0, true, 16 };
	struct sockets sockets = { NULL };
	struct error err = { "" };
	char want[200];

	(void)state;
	const struct listener *a = sockets_get(
	    &sockets, "a", 0, 1, &wish, NULL);
	wish.port = a->port;
	assert_null(sockets_get(&sockets, "b", 0, 2, &wish, &err));
	snprintf(want, sizeof(want),
	    "cannot listen on 127.0.0.1 port %u: "
	    "Address already in use",
	    wish.port);
	assert_string_equal(err.text, want);
	wish.host = "0.0.0.0";
	assert_null(sockets_get(&sockets, "b", 0, 2, &wish, &err));
	wish.host = "127.0.0.2";
	assert_non_null(sockets_get(&sockets, "b", 0, 2, &wish, &err));
	sockets_clear(&sockets);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listens_where_it_is_told),
		cmocka_unit_test(says_where_it_cannot_listen_and_why),
		cmocka_unit_test(knows_when_a_port_would_be_shared),
		cmocka_unit_test(
		    keeps_one_socket_for_all_slots_without_reuse_port),
		cmocka_unit_test(keeps_one_socket_a_slot_with_reuse_port),
		cmocka_unit_test(keeps_a_socket_as_long_as_an_owner_wants_it),
		cmocka_unit_test(keeps_services_from_sharing_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
