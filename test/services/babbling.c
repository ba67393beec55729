/*
 * Writes what it is sent to the supervisor's connection, which it should leave
 * alone: as it is, or from children that never stop.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <tomodachi.h>

/* Where a worker has it. */
#define CONTROL_FD 3

static int
says(struct tomo_call *call)
{
	const struct tomo_bytes body = tomo_http_body(call);

	send(CONTROL_FD, body.data, body.size, MSG_NOSIGNAL | MSG_DONTWAIT);
	return tomo_http_text(call, 200, "said");
}

/* It dies as it said. */
static int
says_and_crashes(struct tomo_call *call)
{
	says(call);
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	return 0;
}

/* Until the supervisor has closed its end. */
static _Noreturn void
flood(struct tomo_bytes body)
{
	struct pollfd wait = { .fd = CONTROL_FD, .events = POLLOUT };

	do
		while (send(CONTROL_FD, body.data, body.size, MSG_NOSIGNAL) > 0)
			continue;
	while (poll(&wait, 1, -1) > 0 && (wait.revents & POLLHUP) == 0);
	_exit(0);
}

static int
floods(struct tomo_call *call)
{
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			flood(tomo_http_body(call));
	return tomo_sleep(call, 3600 * 1000);
}

/* With the connection closed, or another one in its place: the header says
 * to whom. */
static int
crashes_without(struct tomo_call *call)
{
	const char *path = tomo_http_header(call, "X-Instead");
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	close(CONTROL_FD);
	if (path != NULL) {
		for (size_t i = 0; path[i] != '\0'; i++)
			to.sun_path[i] = path[i];
		if (socket(AF_UNIX, SOCK_DGRAM, 0) != CONTROL_FD ||
		    connect(CONTROL_FD, (struct sockaddr *)&to, sizeof(to)) !=
			0)
			return tomo_http_text(call, 200, "no socket");
	}
	raise(SIGSEGV);
	return 0;
}

TOMO_SERVICE(.name = "babbling",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("POST", "/say", says),
	TOMO_HTTP("POST", "/say-and-crash", says_and_crashes),
	TOMO_HTTP("POST", "/flood", floods),
	TOMO_HTTP("POST", "/crash-without", crashes_without)));
