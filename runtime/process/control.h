/*
 * The connection between supervisor and worker: whole messages, each a type,
 * some numbers, a text and perhaps a descriptor.
 *
 * A SOCK_SEQPACKET pair, so that a message comes whole or not at all.  What
 * comes in is checked against one table of types; a bad message, or a peer
 * that does not read, ends the connection.  Loop thread only.
 */
#ifndef RUNTIME_PROCESS_CONTROL_H
#define RUNTIME_PROCESS_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct control;
struct event_base;

#define CONTROL_TEXT_MAX ((size_t)64 << 10)
#define CONTROL_NUMBERS 5

/* What is in a message: control_rows[] in control.c bounds each. */
enum control_type {
	/* From the worker.  Numbers by name below, in their order. */
	CONTROL_LOADING = 1, /* dlopen() comes next */
	CONTROL_LOADED,      /* constructors have run */
	CONTROL_NAMED, /* grace_s, delay_s; text: JSON {name, watcher, options} */
	CONTROL_LISTEN, /* request, port, flags, backlog; text: the host */
	CONTROL_READY,
	CONTROL_FAILED,   /* text: one line why the start failed */
	CONTROL_DRAINING, /* stops, asked or not */
	CONTROL_EXIT,     /* code of tomo_exit(); its low 8 bits count */
	CONTROL_ENDED,    /* code: the process exits now */
	CONTROL_CRASHED,  /* numbers and text of crash_facts.h */
	CONTROL_FRAMES, /* how many are left out; text: program counters in hex */

	/* From the supervisor. */
	CONTROL_EXPLAIN = 64, /* first, to a stand-in; text: JSON */
	CONTROL_LISTENING,    /* request, port; fd */
	CONTROL_REFUSED,      /* request; text: one line */
	CONTROL_OPEN,         /* instant_ms of the wall clock */
	CONTROL_DRAIN,        /* reload (0 or 1), instant_ms */
	CONTROL_STOP,
	CONTROL_HASTEN,    /* it drains: others wait for its end */
	CONTROL_LEND,      /* request, slot; fd */
	CONTROL_TAKE_BACK, /* request, slot */
	CONTROL_REOPEN_LOGS,
	CONTROL_DIE /* its frames have names: the crashed worker may go */
};

/* Flags of CONTROL_LISTEN. */
#define CONTROL_ANY_HOST 1 /* no host: all interfaces; the text is empty */
#define CONTROL_REUSE_PORT 2

struct control_message {
	enum control_type type;
	int64_t number[CONTROL_NUMBERS];
	const char *text; /* NUL-terminated; NULL reads as "" when sent */
	size_t len;       /* of a received text */
	int fd;           /* -1: none */
};

enum control_side { CONTROL_SUPERVISOR, CONTROL_WORKER };

struct control_events {
	/*
	 * One message.  The text is borrowed until the function returns; the fd
	 * belongs to it, and is -1 if this process could not open one more.  It
	 * may free the connection.
	 */
	void (*message)(void *arg, const struct control_message *message);

	/*
	 * The last event: the peer is gone (why is NULL), or it broke the rules
	 * (why says how).  It may free the connection.
	 */
	void (*ended)(void *arg, const char *why);
};

/* A pair of ends, both close-on-exec and non-blocking. */
int control_pair(int ends[2], struct error *err);

/* Takes over fd, the end of this side. */
struct control *control_new(int fd, enum control_side side,
    const struct control_events *events, void *arg);
void control_free(struct control *control);

/* Reads and writes on that loop from now on; before, only control_wait(). */
int control_attach(
    struct control *control, struct event_base *base, struct error *err);

/*
 * Sends a message, or queues it while the peer does not read; the fd stays the
 * caller's.  A queue that is full, a text too long, or an error ends the
 * connection (by an event, later).  After the end nothing is sent.
 */
void control_send(
    struct control *control, const struct control_message *message);

/* control_send() of a message without text and descriptor. */
void control_say(struct control *control, enum control_type type,
    int64_t number_0, int64_t number_1);

/* Blocks until one message was handed on; 0, or -1 after timeout_ms or the
 * end. */
int control_wait(struct control *control, int timeout_ms);

/* Hands on what has arrived by now, at most 1,000 messages, without waiting;
 * the handlers must not free the connection meanwhile. */
void control_drain(struct control *control);

/* Hands on nothing more, not even the end, and sends nothing more. */
void control_cut(struct control *control);

/*
 * The bytes of a message without a descriptor, as one send() takes them; safe
 * in a signal handler.  Returns how many, or 0 if size is not enough.
 */
size_t control_pack(
    const struct control_message *message, void *buf, size_t size);

/* What stands before the text in control_pack(). */
#define CONTROL_HEAD_SIZE (8 + 8 * CONTROL_NUMBERS)

/* Whether bytes[0..size) begin a message of that type; likewise. */
bool control_is(const void *bytes, size_t size, enum control_type type);

/* "LISTEN", for logs and errors. */
const char *control_name(enum control_type type);

#endif
