/*
 * A server on a thread of its own that answers "hello" to each request, on as
 * many connections at a time as come.
 */
#ifndef TEST_UNIT_TRANSPORTS_NET_ANSWERING_H
#define TEST_UNIT_TRANSPORTS_NET_ANSWERING_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWERING_HALF 1 /* only the beginning of an answer */
#define ANSWERING_MOST 64

struct answering {
	pthread_t thread;
	int listener, stop[2];
	uint16_t port;
	int flags;
	char request[1024]; /* the last one; read it when it was answered */
	int accepted;
};

static inline void
answer(struct answering *peer, int fd, const char *request)
{
	const char *half = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel";
	const size_t len = strlen(half);

	strcpy(peer->request, request);
	if (send(fd, half, len, MSG_NOSIGNAL) == (ssize_t)len &&
	    (peer->flags & ANSWERING_HALF) == 0)
		(void)!send(fd, "lo", 2, MSG_NOSIGNAL);
}

/* One look at a connection; false when it is over.  Requests are small. */
static inline bool
serve(struct answering *peer, int fd)
{
	char request[sizeof(peer->request)];
	const ssize_t got = recv(fd, request, sizeof(request) - 1, 0);

	if (got <= 0)
		return false;
	request[got] = '\0';
	answer(peer, fd, request);
	return true;
}

static inline void *
answering_run(void *arg)
{
	struct answering *peer = arg;
	struct pollfd fds[ANSWERING_MOST] = { { peer->stop[0], POLLIN, 0 },
		{ peer->listener, POLLIN, 0 } };
	nfds_t count = 2;

	while (poll(fds, count, -1) > 0 && fds[0].revents == 0) {
		for (nfds_t i = count; i-- > 2;) {
			if (fds[i].revents == 0 || serve(peer, fds[i].fd))
				continue;
			close(fds[i].fd);
			fds[i] = fds[--count];
		}
		if (fds[1].revents == 0 || count == ANSWERING_MOST)
			continue;
		fds[count++] = (struct pollfd) {
			accept(peer->listener, NULL, NULL), POLLIN, 0
		};
		peer->accepted++;
	}
	while (count > 2)
		close(fds[--count].fd);
	return NULL;
}

static inline void
answering_start(struct answering *peer, int flags)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	memset(peer, 0, sizeof(*peer));
	peer->flags = flags;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(peer->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(peer->listener, ANSWERING_MOST), 0);
	getsockname(peer->listener, (struct sockaddr *)&address, &len);
	peer->port = ntohs(address.sin_port);
	assert_int_equal(pipe(peer->stop), 0);
	pthread_create(&peer->thread, NULL, answering_run, peer);
}

/* Returns how many connections came. */
static inline int
answering_stop(struct answering *peer)
{
	close(peer->stop[1]);
	pthread_join(peer->thread, NULL);
	close(peer->stop[0]);
	close(peer->listener);
	return peer->accepted;
}

#endif
