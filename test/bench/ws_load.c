/*
 * Asks an echo: CONNECTIONS websockets, on each one message of 64 bytes at a
 * time, until it is interrupted; then says how many came back.
 *
 *	ws_load PORT PATH CONNECTIONS
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE 64
#define ANSWER (2 + SIZE)

static volatile sig_atomic_t interrupted;
static uint8_t message[6 + SIZE];
static unsigned long answers;

static void
on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static void
fail(const char *what)
{
	fprintf(stderr, "ws_load: %s\n", what);
	exit(1);
}

static int
open_one(uint16_t port, const char *path)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int on = 1;
	char text[1024];
	ssize_t got;

	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		fail("cannot connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	dprintf(fd,
	    "GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	    "Sec-WebSocket-Version: 13\r\n\r\n",
	    path);
	got = recv(fd, text, sizeof(text), 0);
	if (got < 12 || memcmp(text + 9, "101", 3) != 0)
		fail("no 101");
	return fd;
}

static void
ask(int fd)
{
	if (send(fd, message, sizeof(message), MSG_NOSIGNAL) != sizeof(message))
		fail("cannot send");
}

static void
on_readable(int fd)
{
	uint8_t answer[ANSWER];

	if (recv(fd, answer, sizeof(answer), MSG_WAITALL) != ANSWER ||
	    answer[1] != SIZE)
		fail("another answer");
	answers++;
	ask(fd);
}

int
main(int argc, char **argv)
{
	const int epoll = epoll_create1(0);
	struct epoll_event events[512];
	const struct sigaction action = { .sa_handler = on_interrupt };

	if (argc != 4)
		return 2;
	sigaction(SIGINT, &action, NULL);
	message[0] = 0x82;
	message[1] = 0x80 | SIZE;
	memcpy(message + 2, "mask", 4);
	for (int i = 0; i < atoi(argv[3]); i++) {
		const int fd = open_one((uint16_t)atoi(argv[1]), argv[2]);
		struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
		ask(fd);
	}
	while (!interrupted) {
		const int count = epoll_wait(epoll, events, 512, -1);

		for (int i = 0; i < count; i++)
			on_readable(events[i].data.fd);
	}
	printf("%lu answers\n", answers);
	return 0;
}
