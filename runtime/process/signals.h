/* The signals of a supervisor, and of a process without one. */
#ifndef RUNTIME_PROCESS_SIGNALS_H
#define RUNTIME_PROCESS_SIGNALS_H

#include "runtime/base/error.h"

struct event_base;
struct signals;

/* What a signal asks for.  All are called on the loop; NULL: nothing. */
struct signal_events {
	/* SIGTERM, SIGINT, SIGQUIT, or SIGHUP of a terminal that is gone. */
	void (*stop)(void *arg, int number);
	/* A second SIGINT. */
	void (*end)(void *arg);
	void (*reload)(void *arg);      /* any other SIGHUP */
	void (*reopen_logs)(void *arg); /* SIGUSR1 */
	void (*child)(void *arg);       /* SIGCHLD */
};

/* From now on; NULL with the reason in *err. */
struct signals *signals_new(struct event_base *base,
    const struct signal_events *events, void *arg, struct error *err);
void signals_free(struct signals *signals);

#endif
