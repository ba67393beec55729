/*
 * One worker, as the supervisor sees it: its process, its control connection,
 * the sockets it asked for.  Loop thread only.
 */
#ifndef RUNTIME_PROCESS_CHILD_H
#define RUNTIME_PROCESS_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtime/base/error.h"
#include "runtime/process/child_state.h"
#include "runtime/process/death.h"

struct child;
struct child_crash;
struct control;
struct copy;
struct event;
struct event_base;
struct listener;
struct sockets;

/* What all workers of a run have in common. */
struct child_room {
	struct event_base *base;
	struct sockets *sockets;
	const char *const *arguments; /* for every worker; NULL-ended */
	char *const *environ;
	int64_t start_timeout_s;
	int64_t grace_s; /* until a worker names its own */
	unsigned last_id;
};

/* None may free the child but ended. */
struct child_events {
	void (*named)(struct child *child);
	/* A socket of its slot exists now. */
	void (*listening)(struct child *child);
	void (*ready)(struct child *child);
	/* It stops without having been told to. */
	void (*draining)(struct child *child);
	/* tomo_exit(). */
	void (*exit)(struct child *child, int code);
	/* Its process has been reaped; child->death says how. */
	void (*ended)(struct child *child);
};

struct child_plan {
	struct child_room *room;
	const struct child_events *events;
	void *owner;
	const char *file;  /* the service file: names its sockets */
	const char *label; /* of the file, for people */
	const char *uuid;
	const char *explain; /* of a stand-in: JSON; else NULL */
	struct copy *copy;
	unsigned slot;
};

/* What it asked to listen on. */
struct child_request {
	struct child_request *next;
	int64_t number;
	struct listener *listener; /* kept as long as the child is an owner */
};

struct child {
	struct child *next; /* of the owner */
	void *owner;
	const struct child_events *events;
	struct child_room *room;
	const char *file, *label;
	unsigned id, slot;
	bool stand_in;
	bool reaped; /* what it said is still being read */
	enum child_state state;
	enum child_phase phase;
	pid_t pid;
	struct control *control;
	struct copy *copy;
	struct child_request *requests;
	struct event *start_timer, *kill_timer;
	int64_t grace_s, delay_s;
	int64_t opened_ms; /* of clock_ms() */
	struct death death;
	struct child_crash *crash; /* what it told of one; else NULL */
	char *line;                /* why its start failed */
	char *name;                /* of the service; NULL until it is named */
	char *options;             /* JSON: what is not the default */
	char *watcher;             /* JSON: options of the watcher */
};

/* Starts a process; what the plan points to must outlive the child, but for
 * uuid and explain.  NULL with one line. */
struct child *child_start(const struct child_plan *plan, struct error *err);

/* Forgets a child that has ended; its sockets stay until sockets_release(). */
void child_free(struct child *child);

/* Lets work in from this instant on. */
void child_open(struct child *child, int64_t instant_ms);

/*
 * Stops it gracefully; it is killed if it has not ended within its delay, its
 * grace period and two seconds.  child_drain() makes room for a newer
 * generation, without a delay.
 */
void child_stop(struct child *child);
void child_drain(struct child *child, int64_t instant_ms);

/* Its start fails, for this reason. */
void child_fail(struct child *child, const char *line);

/* Ends it at once. */
void child_kill(struct child *child);

/* It drains, and a newer generation waits for its end. */
void child_hasten(struct child *child);

void child_reopen_logs(struct child *child);

/* The number of its request for a socket like this one, or -1. */
int64_t child_request_like(
    const struct child *child, const struct listener *listener);
void child_lend(
    struct child *child, int64_t request, const struct listener *listener);
void child_take_back(struct child *child, int64_t request, unsigned slot);

/* Its process was reaped with this status. */
void child_reaped(struct child *child, int status);

/* One line that says why a start came to nothing. */
void child_failure(const struct child *child, struct error *err);

#endif
