#include "runtime/build/tee.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log_fd.h"

#define CHUNK ((size_t)16 * 1024)

/* What waits for standard error before no more is read from the pipe; and the
 * room for it, as tee_end() reads on. */
#define BACKLOG_FULL ((size_t)64 * 1024)
#define BACKLOG_SIZE (4 * BACKLOG_FULL)

#define RETRY_MS 20
#define GIVE_UP_AFTER 50 /* retries without a byte */

struct tee {
	tee_over_fn *over;
	void *arg;
	struct event *readable, *retry;
	int pipe, file;
	bool ended;    /* nothing comes any more */
	bool given_up; /* standard error gets no more */
	unsigned stuck;
	uint64_t dropped;
	size_t len;
	char backlog[BACKLOG_SIZE];
};

static void
write_file(int file, const char *data, size_t len)
{
	/* A full disk costs the log, not the build. */
	while (len > 0) {
		const ssize_t put = write(file, data, len);

		if (put <= 0)
			return;
		data += put;
		len -= (size_t)put;
	}
}

static void
keep(struct tee *tee, const char *data, size_t len)
{
	const size_t room = tee->given_up ? 0 : BACKLOG_SIZE - tee->len;
	const size_t kept = len < room ? len : room;

	memcpy(tee->backlog + tee->len, data, kept);
	tee->len += kept;
	tee->dropped += len - kept;
}

/*
 * How much of the backlog to write: whole lines, as log records come between,
 * but for the end of all and for a line that is long.
 */
static size_t
due(const struct tee *tee)
{
	const char *newline;

	if (tee->ended)
		return tee->len;
	newline = memrchr(tee->backlog, '\n', tee->len);
	if (newline != NULL)
		return (size_t)(newline + 1 - tee->backlog);
	return tee->len < PIPE_BUF ? 0 : tee->len;
}

/* Returns whether all that was due is written, or given up. */
static bool
flush(struct tee *tee)
{
	const size_t len = due(tee);
	const size_t put = log_fd_write(
	    STDERR_FILENO, log_fd_kind(STDERR_FILENO), tee->backlog, len);

	memmove(tee->backlog, tee->backlog + put, tee->len - put);
	tee->len -= put;
	if (put > 0)
		tee->stuck = 0;
	return put == len;
}

/* Writes, and says what to wait for next.  The tee may be gone afterwards. */
static void
settle(struct tee *tee)
{
	const struct timeval soon = { .tv_usec = RETRY_MS * 1000 };

	if (!flush(tee)) {
		event_add(tee->retry, &soon);
		if (tee->ended || tee->len >= BACKLOG_FULL)
			event_del(tee->readable);
		return;
	}
	event_del(tee->retry);
	if (!tee->ended) {
		event_add(tee->readable, NULL);
		return;
	}
	event_del(tee->readable);
	tee->over(tee->arg);
}

/* Reads once; returns false if nothing is there. */
static bool
take(struct tee *tee)
{
	char chunk[CHUNK];
	const ssize_t got = read(tee->pipe, chunk, sizeof(chunk));

	if (got < 0)
		return errno == EINTR;
	if (got == 0) {
		tee->ended = true;
		return false;
	}
	write_file(tee->file, chunk, (size_t)got);
	keep(tee, chunk, (size_t)got);
	return true;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct tee *tee = arg;

	(void)fd, (void)what;
	take(tee);
	settle(tee);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct tee *tee = arg;

	(void)fd, (void)what;
	if (++tee->stuck > GIVE_UP_AFTER) {
		tee->given_up = true;
		tee->dropped += tee->len;
		tee->len = 0;
	}
	settle(tee);
}

struct tee *
tee_new(struct event_base *base, const int fds[2], tee_over_fn *over, void *arg,
    struct error *err)
{
	struct tee *tee = xcalloc(1, sizeof(*tee));

	tee->over = over;
	tee->arg = arg;
	tee->pipe = fds[TEE_PIPE];
	tee->file = fds[TEE_FILE];
	tee->readable = event_new(
	    base, tee->pipe, EV_READ | EV_PERSIST, on_readable, tee);
	tee->retry = evtimer_new(base, on_retry, tee);
	if (tee->readable != NULL && tee->retry != NULL &&
	    event_add(tee->readable, NULL) == 0)
		return tee;
	error_set(err, "cannot watch what the build writes");
	tee_free(tee);
	return NULL;
}

/* Bounded, for a process that holds the pipe may write for ever. */
void
tee_end(struct tee *tee)
{
	if (tee->ended)
		return;
	for (size_t i = 0; i < BACKLOG_FULL / CHUNK && take(tee); i++)
		continue;
	tee->ended = true;
	settle(tee);
}

uint64_t
tee_dropped(const struct tee *tee)
{
	return tee->dropped;
}

void
tee_free(struct tee *tee)
{
	if (tee == NULL)
		return;
	if (tee->readable != NULL)
		event_free(tee->readable);
	if (tee->retry != NULL)
		event_free(tee->retry);
	close(tee->pipe);
	close(tee->file);
	free(tee);
}
