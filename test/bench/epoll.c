/*
 * The floor: one thread, epoll and a constant answer.  Nothing is parsed but
 * the empty line that ends a request, so whatever a server adds to this is
 * its own doing.
 *
 *	epoll PORT BODY
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FDS 20000
#define MAX_BATCH 128 /* answers in one send */
/* Bytes of an empty line that the last read may hold. */
#define CARRY 3

static char carried[MAX_FDS][CARRY];
static char *answers; /* MAX_BATCH of them in a row */
static size_t answer_len;

static void
answers_init(const char *body)
{
	char one[4096];
	const int len = snprintf(one, sizeof(one),
	    "HTTP/1.1 200 OK\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n"
	    "Server: epoll\r\n"
	    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
	    "\r\n%s",
	    strlen(body), body);

	if (len < 0 || (size_t)len >= sizeof(one))
		abort();
	answer_len = (size_t)len;
	answers = malloc(MAX_BATCH * answer_len);
	if (answers == NULL)
		abort();
	for (size_t i = 0; i < MAX_BATCH; i++)
		memcpy(answers + i * answer_len, one, answer_len);
}

/* How many requests end in the bytes; CARRY earlier ones stand before them. */
static size_t
count_ends(const char *bytes, size_t len)
{
	const char *const end = bytes + len;
	size_t count = 0;

	for (;;) {
		const char *newline = memchr(
		    bytes, '\n', (size_t)(end - bytes));

		if (newline == NULL)
			return count;
		if (memcmp(newline - CARRY, "\r\n\r", CARRY) == 0)
			count++;
		bytes = newline + 1;
	}
}

/* A peer that does not take its answers at once is let go. */
static void
on_readable(int fd)
{
	static char buf[CARRY + 65536];
	const ssize_t got = recv(fd, buf + CARRY, sizeof(buf) - CARRY, 0);
	size_t count, len;

	if (got <= 0) {
		close(fd);
		return;
	}
	memcpy(buf, carried[fd], CARRY);
	count = count_ends(buf + CARRY, (size_t)got);
	memcpy(carried[fd], buf + got, CARRY);
	if (count == 0)
		return;
	len = count * answer_len;
	if (count > MAX_BATCH ||
	    send(fd, answers, len, MSG_NOSIGNAL) != (ssize_t)len)
		close(fd);
}

static void
on_acceptable(int epoll, int listener)
{
	const int on = 1;
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

		if (fd >= MAX_FDS) {
			close(fd);
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		memset(carried[fd], 0, CARRY);
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
	}
}

static int
listen_on(uint16_t port)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	const int on = 1;
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 4096) < 0) {
		perror("epoll");
		exit(1);
	}
	return fd;
}

int
main(int argc, char **argv)
{
	struct epoll_event events[512];
	struct epoll_event event = { .events = EPOLLIN };
	int epoll, listener;

	if (argc != 3)
		return 2;
	answers_init(argv[2]);
	listener = listen_on((uint16_t)atoi(argv[1]));
	epoll = epoll_create1(0);
	event.data.fd = listener;
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
	for (;;) {
		const int count = epoll_wait(epoll, events, 512, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == listener)
				on_acceptable(epoll, listener);
			else
				on_readable(events[i].data.fd);
		}
	}
}
