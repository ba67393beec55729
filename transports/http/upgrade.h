/*
 * How a row of another transport takes over an HTTP connection (RFC 9110 7.8):
 * its request is routed, seen by middleware and answered like any other, until
 * the row's code takes the connection instead of answering.
 *
 * The row's call is an HTTP call, so that all of http.h works on it.  It is
 * small, and so is what is kept of the request, since it may live for days.
 */
#ifndef TRANSPORTS_HTTP_UPGRADE_H
#define TRANSPORTS_HTTP_UPGRADE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "runtime/base/buffer.h"
#include "runtime/base/error.h"

struct http_request;
struct tomo_call;
struct tomo_log_field;

/* What a kind of row says of itself (struct row_kind), and runs. */
struct http_upgrade {
	const char *protocol; /* "websocket", of the Upgrade header */
	const char *(*pattern)(const void *row);

	/*
	 * Answers the request (http.h), or takes its connection and is done
	 * with it before it returns.  On the call's coroutine, inside of all
	 * middleware.
	 */
	int (*run)(struct tomo_call *call, const void *row);
};

/* Refuses a pattern that cannot be routed. */
int upgrade_check_pattern(const char *pattern, struct error *err);

/* Whether the request asks for the protocol of its row: a GET of HTTP/1.1 with
 * Connection and Upgrade. */
bool upgrade_is_asked(const struct tomo_call *call);

/* Whether nothing has been answered yet that cannot be taken back. */
bool upgrade_is_possible(const struct tomo_call *call);

/* Raises 426, and says which protocol is wanted; returns as tomo_http_fail(). */
int upgrade_require(struct tomo_call *call);

/* What a taken connection tells; all on the loop's stack. */
struct upgrade_events {
	/* Before any other, in the pass in which it was taken. */
	void (*on_open)(void *arg);

	/*
	 * Bytes have come, or with len 0 the connection was resumed.  Returns
	 * how many were used; the rest comes again after upgrade_resume().
	 */
	size_t (*on_bytes)(void *arg, const char *data, size_t len);

	/* Less is unsent than before. */
	void (*on_sent)(void *arg);

	/* The peer sends no more, or the connection is gone; maybe twice. */
	void (*on_end)(void *arg);
};

/* A connection that was taken; memory of whoever took it. */
struct upgraded {
	const struct upgrade_events *events;
	void *arg;
	struct http_request *request;
	struct buffer unsent;
	TAILQ_ENTRY(upgraded) touched; /* if is_touched */
	bool is_open, is_touched, paused, resumes, cut;
};

/*
 * Takes the connection of the call: answers 101 with the headers that were set
 * and these lines, "A: b\r\n".  The peer may be gone by then: on_end follows.
 * From here on all sending is done once a pass.
 */
void upgrade_take(struct tomo_call *call, struct upgraded *up,
    const char *lines, const struct upgrade_events *events, void *arg);

/* What the call took its connection with: arg, or NULL if it has none. */
void *upgrade_arg(const struct tomo_call *call);

/* Where bytes to be sent are added, in this pass; they go out at its end. */
struct buffer *upgrade_output(struct upgraded *up);
size_t upgrade_unsent(const struct upgraded *up);

/* Whether the connection is gone, and nothing can be sent. */
bool upgrade_is_gone(const struct upgraded *up);

/* Sends them before that, if there is room: for who is about to wait. */
void upgrade_flush(struct upgraded *up);

/* Reads no more; and reads on, first what on_bytes() had left. */
void upgrade_pause(struct upgraded *up);
void upgrade_resume(struct upgraded *up);

/* The connection is closed in this pass, and on_end called. */
void upgrade_cut(struct upgraded *up);

/*
 * Gives the connection back: what is unsent goes out, then it is closed.  On the
 * call's coroutine; no event follows, and the memory of up is the caller's.
 */
void upgrade_end(struct upgraded *up);

/*
 * Adds to the access log: these fields (8 at most, ended by a NULL key),
 * remote_ip, auth_user, request_path, user_agent, and at the end of the whole
 * total_request_time.
 */
void upgrade_log(const struct tomo_call *call, const char *logger,
    const struct tomo_log_field *fields, bool ends);

#endif
