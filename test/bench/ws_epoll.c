/*
 * The floor of a websocket echo: one thread, epoll, and frames of at most 125
 * bytes that come whole.  It answers every handshake with the same key.
 *
 *	ws_epoll PORT
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

/* To the key "dGhlIHNhbXBsZSBub25jZQ==". */
static const char accepted[] =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\n"
    "Connection: upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "\r\n";

/* Unmasks each frame into an answer; returns the length of all of them. */
static size_t
answer(const uint8_t *in, size_t len, uint8_t *out)
{
	const uint8_t *const end = in + len;
	uint8_t *const start = out;

	while (end - in >= 6) {
		const uint8_t size = in[1] & 127;
		const uint8_t *key = in + 2;

		*out++ = in[0];
		*out++ = size;
		in += 6;
		for (uint8_t i = 0; i < size; i++)
			*out++ = in[i] ^ key[i % 4];
		in += size;
	}
	return (size_t)(out - start);
}

static void
on_readable(int fd)
{
	static uint8_t in[65536], out[65536];
	const ssize_t got = recv(fd, in, sizeof(in), 0);
	size_t len;

	if (got <= 0) {
		close(fd);
		return;
	}
	if (in[0] == 'G') {
		memcpy(out, accepted, sizeof(accepted) - 1);
		len = sizeof(accepted) - 1;
	} else {
		len = answer(in, (size_t)got, out);
	}
	if (send(fd, out, len, MSG_NOSIGNAL) != (ssize_t)len)
		close(fd);
}

static void
on_acceptable(int epoll, int listener)
{
	const int on = 1;
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
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
		perror("ws_epoll");
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

	if (argc != 2)
		return 2;
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
