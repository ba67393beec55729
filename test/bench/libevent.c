/*
 * The floor of the design: bare libevent events, llhttp and a handler behind a
 * function pointer that gives a constant answer.  What the runner costs above
 * this is routing, coroutines and options.
 *
 *	libevent PORT BODY
 */
#include <event2/event.h>
#include <llhttp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_OUT 65536

struct connection;

typedef void handler_fn(struct connection *conn);

struct connection {
	llhttp_t parser;
	struct event *event;
	handler_fn *handler;
};

/* What the requests of one read are answered with, sent in one go. */
static char out[MAX_OUT];
static size_t out_len;

static char answer[4096];
static size_t answer_len;
static llhttp_settings_t settings;

static void
hello(struct connection *conn)
{
	(void)conn;
	if (answer_len > sizeof(out) - out_len)
		return;
	memcpy(out + out_len, answer, answer_len);
	out_len += answer_len;
}

static int
on_message_complete(llhttp_t *parser)
{
	struct connection *conn = parser->data;

	conn->handler(conn);
	return 0;
}

static void
connection_end(struct connection *conn)
{
	const evutil_socket_t fd = event_get_fd(conn->event);

	event_free(conn->event);
	close(fd);
	free(conn);
}

/* A peer that does not take its answers at once is let go. */
static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	static char buf[65536];
	struct connection *conn = arg;
	const ssize_t got = recv(fd, buf, sizeof(buf), 0);

	(void)what;
	out_len = 0;
	if (got <= 0 ||
	    llhttp_execute(&conn->parser, buf, (size_t)got) != HPE_OK ||
	    (out_len > 0 &&
		send(fd, out, out_len, MSG_NOSIGNAL) != (ssize_t)out_len))
		connection_end(conn);
}

static void
on_acceptable(evutil_socket_t listener, short what, void *base)
{
	const int on = 1;
	int fd;

	(void)what;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		struct connection *conn = calloc(1, sizeof(*conn));

		if (conn == NULL)
			abort();
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		llhttp_init(&conn->parser, HTTP_REQUEST, &settings);
		conn->parser.data = conn;
		conn->handler = hello;
		conn->event = event_new(
		    base, fd, EV_READ | EV_PERSIST, on_readable, conn);
		event_add(conn->event, NULL);
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
		perror("libevent");
		exit(1);
	}
	return fd;
}

static struct event_base *
base_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

int
main(int argc, char **argv)
{
	struct event_base *base = base_new();
	struct event *accept_event;

	if (argc != 3 || base == NULL)
		return 2;
	answer_len = (size_t)snprintf(answer, sizeof(answer),
	    "HTTP/1.1 200 OK\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n"
	    "Server: libevent\r\n"
	    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
	    "\r\n%s",
	    strlen(argv[2]), argv[2]);
	if (answer_len >= sizeof(answer))
		return 2;
	llhttp_settings_init(&settings);
	settings.on_message_complete = on_message_complete;
	accept_event = event_new(base, listen_on((uint16_t)atoi(argv[1])),
	    EV_READ | EV_PERSIST, on_acceptable, base);
	event_add(accept_event, NULL);
	return event_base_dispatch(base);
}
