#include "runtime/process/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"

/* A worker that leaves this many unread has failed. */
#define QUEUE_MAX 256

#define DRAIN_MAX 1000 /* who has inherited the other end may send for ever */

/* More than one descriptor is refused, but must be closed too. */
#define FDS_MAX 4

#define WIRE_MAGIC 0x746f6d6fu

/* Both ends are the same binary, so the struct is the format. */
struct wire {
	uint32_t magic;
	uint32_t type;
	int64_t number[CONTROL_NUMBERS];
};

struct queued {
	struct queued *next;
	int fd;
	size_t size;
	char bytes[];
};

struct control {
	int fd;
	enum control_side side;
	const struct control_events *events;
	void *arg;
	struct event *readable, *writable;
	struct queued *first, **last;
	unsigned nqueued;
	bool ended;      /* the last event was handed on */
	bool deaf;       /* the peer takes no more; its end will be read */
	const char *why; /* set by a failed send, handed on by an event */
};

/* What each type may carry; all that differs between them. */
static const struct control_row {
	const char *name;
	enum control_type type;
	enum control_side from;
	unsigned numbers; /* the others must be zero */
	bool text, fd;
} control_rows[] = {
	{ "LOADING", CONTROL_LOADING, CONTROL_WORKER, 0, false, false },
	{ "LOADED", CONTROL_LOADED, CONTROL_WORKER, 0, false, false },
	{ "NAMED", CONTROL_NAMED, CONTROL_WORKER, 2, true, false },
	{ "LISTEN", CONTROL_LISTEN, CONTROL_WORKER, 4, true, false },
	{ "READY", CONTROL_READY, CONTROL_WORKER, 0, false, false },
	{ "FAILED", CONTROL_FAILED, CONTROL_WORKER, 0, true, false },
	{ "DRAINING", CONTROL_DRAINING, CONTROL_WORKER, 0, false, false },
	{ "EXIT", CONTROL_EXIT, CONTROL_WORKER, 1, false, false },
	{ "ENDED", CONTROL_ENDED, CONTROL_WORKER, 1, false, false },
	{ "CRASHED", CONTROL_CRASHED, CONTROL_WORKER, 5, true, false },
	{ "FRAMES", CONTROL_FRAMES, CONTROL_WORKER, 1, true, false },
	{ "EXPLAIN", CONTROL_EXPLAIN, CONTROL_SUPERVISOR, 0, true, false },
	{ "LISTENING", CONTROL_LISTENING, CONTROL_SUPERVISOR, 2, false, true },
	{ "REFUSED", CONTROL_REFUSED, CONTROL_SUPERVISOR, 1, true, false },
	{ "OPEN", CONTROL_OPEN, CONTROL_SUPERVISOR, 1, false, false },
	{ "DRAIN", CONTROL_DRAIN, CONTROL_SUPERVISOR, 2, false, false },
	{ "STOP", CONTROL_STOP, CONTROL_SUPERVISOR, 0, false, false },
	{ "HASTEN", CONTROL_HASTEN, CONTROL_SUPERVISOR, 0, false, false },
	{ "LEND", CONTROL_LEND, CONTROL_SUPERVISOR, 2, false, true },
	{ "TAKE_BACK", CONTROL_TAKE_BACK, CONTROL_SUPERVISOR, 2, false, false },
	{ "REOPEN_LOGS", CONTROL_REOPEN_LOGS, CONTROL_SUPERVISOR, 0, false,
	    false },
	{ "DIE", CONTROL_DIE, CONTROL_SUPERVISOR, 0, false, false },
};

static const struct control_row *
find_row(uint32_t type)
{
	const size_t nrows = sizeof(control_rows) / sizeof(control_rows[0]);

	for (size_t i = 0; i < nrows; i++)
		if ((uint32_t)control_rows[i].type == type)
			return &control_rows[i];
	return NULL;
}

const char *
control_name(enum control_type type)
{
	const struct control_row *row = find_row((uint32_t)type);

	return row != NULL ? row->name : "unknown";
}

int
control_pair(int ends[2], struct error *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, ends) != 0)
		return error_set(err, "cannot make a control connection: %s",
		    strerror(errno));
	return 0;
}

/* ---- receiving ---- */

/* One for all connections: only one message is handed on at a time. */
static struct {
	struct wire wire;
	char text[CONTROL_TEXT_MAX + 1];
} received;

/* Closes all descriptors of a message but the first, which it returns. */
static int
take_fds(struct msghdr *msg, unsigned *nfds)
{
	int first = -1;

	*nfds = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL;
	     c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		const size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if ((*nfds)++ == 0)
				first = fd;
			else
				close(fd);
		}
	}
	return first;
}

/* What is wrong with a message, or NULL. */
static const char *
find_fault(const struct control *control, size_t size, int flags, unsigned nfds)
{
	const struct control_row *row;

	if ((flags & MSG_TRUNC) != 0)
		return "sent a message that is too long";
	if (size < sizeof(struct wire) || received.wire.magic != WIRE_MAGIC)
		return "sent a message that is none";
	row = find_row(received.wire.type);
	if (row == NULL || row->from == control->side)
		return "sent a message of unknown type";
	/* This process may have no number left for it: not the peer's fault. */
	const bool lost = row->fd && nfds == 0 && (flags & MSG_CTRUNC) != 0;
	if (!lost && (nfds != (row->fd ? 1u : 0u) || (flags & MSG_CTRUNC) != 0))
		return "sent a message with wrong descriptors";
	if (!row->text && size != sizeof(struct wire))
		return "sent a message with a text it may not have";
	if (memchr(received.text, '\0', size - sizeof(struct wire)) != NULL)
		return "sent a message with a NUL in its text";
	for (unsigned i = row->numbers; i < CONTROL_NUMBERS; i++)
		if (received.wire.number[i] != 0)
			return "sent a message with too many numbers";
	return NULL;
}

void
control_cut(struct control *control)
{
	control->ended = true;
	if (control->readable != NULL)
		event_del(control->readable);
	if (control->writable != NULL)
		event_del(control->writable);
}

static void
end(struct control *control, const char *why)
{
	if (control->ended)
		return;
	control_cut(control);
	control->events->ended(control->arg, why);
}

static void
hand_on(struct control *control, size_t size, int fd)
{
	struct control_message message = {
		.type = (enum control_type)received.wire.type,
		.text = received.text,
		.len = size - sizeof(struct wire),
		.fd = fd,
	};

	received.text[message.len] = '\0';
	memcpy(message.number, received.wire.number, sizeof(message.number));
	control->events->message(control->arg, &message);
}

/*
 * Reads one message and hands it on.  Returns false when none is there, or
 * after the end.  The connection may be gone after true.
 */
static bool
receive(struct control *control)
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
	struct iovec iov = { &received,
		sizeof(received.wire) + CONTROL_TEXT_MAX };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space) };
	unsigned nfds;

	/*
	 * ECONNRESET, told once: the peer went without having read all.  What
	 * it sent is still there, and the next read gets it.
	 */
	ssize_t size;
	do
		size = recvmsg(control->fd, &msg, MSG_CMSG_CLOEXEC);
	while (size < 0 && (errno == EINTR || errno == ECONNRESET));
	if (size < 0) {
		if (errno != EAGAIN)
			end(control, "cannot be read");
		return false;
	}
	const int fd = take_fds(&msg, &nfds);
	if (size == 0 && nfds == 0) {
		end(control, NULL);
		return false;
	}
	const char *fault = find_fault(
	    control, (size_t)size, msg.msg_flags, nfds);
	if (fault != NULL) {
		if (fd >= 0)
			close(fd);
		end(control, fault);
		return false;
	}
	hand_on(control, (size_t)size, fd);
	return true;
}

/* One message a callback: the event is level-triggered, and the handler may
 * free the connection. */
static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	(void)fd;
	(void)what;
	if (control->why != NULL) {
		end(control, control->why);
		return;
	}
	receive(control);
}

void
control_drain(struct control *control)
{
	for (int i = 0; i < DRAIN_MAX && !control->ended; i++)
		if (!receive(control))
			return;
}

int
control_wait(struct control *control, int timeout_ms)
{
	struct pollfd wait = { .fd = control->fd, .events = POLLIN };

	/* The end makes it readable, too. */
	while (poll(&wait, 1, timeout_ms) < 0)
		if (errno != EINTR)
			return -1;
	return wait.revents != 0 && receive(control) ? 0 : -1;
}

/* ---- sending ---- */

/* Hands the failure on from the loop, not under the sender's feet. */
static void
fail_later(struct control *control, const char *why)
{
	control->deaf = true;
	control->why = why;
	if (control->readable != NULL)
		event_active(control->readable, EV_READ, 0);
}

/* 0: sent; 1: later; -1: never, and nothing else either. */
static int
transmit(struct control *control, const void *bytes, size_t size, int fd)
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { (void *)bytes, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = space;
		msg.msg_controllen = sizeof(space);
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	for (;;) {
		if (sendmsg(control->fd, &msg, MSG_NOSIGNAL) >= 0)
			return 0;
		if (errno == EAGAIN || errno == ENOBUFS)
			return 1;
		if (errno == EINTR)
			continue;
		/* A peer that is gone may have said why: its end is read. */
		if (errno == EPIPE || errno == ECONNRESET)
			control->deaf = true;
		else
			fail_later(control, "cannot be sent a message");
		return -1;
	}
}

static void
drop_first(struct control *control)
{
	struct queued *first = control->first;

	control->first = first->next;
	if (control->first == NULL)
		control->last = &control->first;
	control->nqueued--;
	if (first->fd >= 0)
		close(first->fd);
	free(first);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	(void)fd;
	(void)what;
	while (control->first != NULL) {
		struct queued *first = control->first;
		const int later = control->deaf
		    ? -1
		    : transmit(control, first->bytes, first->size, first->fd);
		if (later > 0)
			return;
		drop_first(control);
	}
	event_del(control->writable);
}

static void
enqueue(struct control *control, const void *bytes, size_t size, int fd)
{
	struct queued *queued;

	if (control->nqueued == QUEUE_MAX) {
		fail_later(control, "does not read its messages");
		return;
	}
	queued = xcalloc(1, sizeof(*queued) + size);
	queued->size = size;
	memcpy(queued->bytes, bytes, size);
	queued->fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0 && queued->fd < 0) {
		free(queued);
		fail_later(control, "cannot be sent a descriptor");
		return;
	}
	*control->last = queued;
	control->last = &queued->next;
	control->nqueued++;
	if (control->writable != NULL)
		event_add(control->writable, NULL);
}

size_t
control_pack(const struct control_message *message, void *buf, size_t size)
{
	const char *text = message->text != NULL ? message->text : "";
	const size_t len = strlen(text);
	struct wire wire = { WIRE_MAGIC, (uint32_t)message->type, { 0 } };

	_Static_assert(sizeof(wire) == CONTROL_HEAD_SIZE, "no padding");
	if (len > CONTROL_TEXT_MAX || size < sizeof(wire) + len)
		return 0;
	memcpy(wire.number, message->number, sizeof(wire.number));
	memcpy(buf, &wire, sizeof(wire));
	memcpy((char *)buf + sizeof(wire), text, len);
	return sizeof(wire) + len;
}

bool
control_is(const void *bytes, size_t size, enum control_type type)
{
	struct wire wire;

	if (size < sizeof(wire))
		return false;
	memcpy(&wire, bytes, sizeof(wire));
	return wire.magic == WIRE_MAGIC && wire.type == (uint32_t)type;
}

void
control_send(struct control *control, const struct control_message *message)
{
	static char out[CONTROL_HEAD_SIZE + CONTROL_TEXT_MAX];

	if (control->ended || control->deaf)
		return;
	const size_t size = control_pack(message, out, sizeof(out));
	if (size == 0) {
		fail_later(control, "was to be sent too long a message");
		return;
	}
	/* Order: nothing overtakes what waits. */
	const int later = control->first != NULL
	    ? 1
	    : transmit(control, out, size, message->fd);
	if (later > 0)
		enqueue(control, out, size, message->fd);
}

void
control_say(struct control *control, enum control_type type, int64_t number_0,
    int64_t number_1)
{
	const struct control_message message = {
		.type = type,
		.number = { number_0, number_1 },
		.fd = -1,
	};

	control_send(control, &message);
}

/* ---- life ---- */

struct control *
control_new(int fd, enum control_side side, const struct control_events *events,
    void *arg)
{
	struct control *control = xcalloc(1, sizeof(*control));

	control->fd = fd;
	control->side = side;
	control->events = events;
	control->arg = arg;
	control->last = &control->first;
	return control;
}

int
control_attach(
    struct control *control, struct event_base *base, struct error *err)
{
	control->readable = event_new(
	    base, control->fd, EV_READ | EV_PERSIST, on_readable, control);
	control->writable = event_new(
	    base, control->fd, EV_WRITE | EV_PERSIST, on_writable, control);
	if (control->readable == NULL || control->writable == NULL ||
	    event_add(control->readable, NULL) != 0)
		return error_set(err, "cannot watch the control connection");
	if (control->first != NULL)
		event_add(control->writable, NULL);
	if (control->why != NULL)
		event_active(control->readable, EV_READ, 0);
	return 0;
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	while (control->first != NULL)
		drop_first(control);
	if (control->readable != NULL)
		event_free(control->readable);
	if (control->writable != NULL)
		event_free(control->writable);
	close(control->fd);
	free(control);
}
