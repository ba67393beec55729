/*
 * How a worker ended, what that was, and what follows: decided here, by tables,
 * and nowhere else.
 */
#ifndef RUNTIME_PROCESS_DEATH_H
#define RUNTIME_PROCESS_DEATH_H

#include <stdbool.h>

/* What is known about a worker when its process has been reaped. */
struct death {
	int status;       /* of waitpid() */
	bool said_ended;  /* its last word was ENDED */
	bool said_failed; /* it gave a line why its start failed */
	bool asked;       /* it was told to stop or drain, or killed by us */
	bool was_open;
};

enum death_kind {
	DEATH_CLEAN,  /* as it was told to */
	DEATH_FAILED, /* its start failed, and it said why */
	DEATH_FAULT,  /* its own: a crash, or an exit nobody asked for */
	DEATH_OUTSIDE /* somebody ended it */
};

enum death_kind death_kind(const struct death *death);

/* What is known about the place the worker leaves. */
struct death_place {
	bool stopping;    /* the service is being stopped */
	bool first_start; /* no worker was ever open there */
	bool production;
};

enum death_verdict {
	DEATH_NOTHING,
	DEATH_END_RUN, /* a first start failed */
	DEATH_RESTART, /* at once, the first time */
	DEATH_BACK_OFF,
	DEATH_STAND_IN
};

enum death_verdict death_verdict(
    enum death_kind kind, const struct death_place *place);

#endif
