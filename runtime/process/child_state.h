/* The states of a worker, as the supervisor sees it. */
#ifndef RUNTIME_PROCESS_CHILD_STATE_H
#define RUNTIME_PROCESS_CHILD_STATE_H

#include <stdbool.h>

enum child_state {
	CHILD_STARTING, /* loads, runs its hooks, asks for sockets */
	CHILD_READY,    /* waits to be opened */
	CHILD_OPEN,     /* takes work */
	CHILD_DRAINING, /* told to stop, or stops by itself */
	CHILD_ENDED     /* reaped */
};

bool child_may_move(enum child_state from, enum child_state to);
const char *child_state_name(enum child_state state);

/* How far a start has come: says where a crash was. */
enum child_phase {
	CHILD_EXEC,    /* nothing heard yet */
	CHILD_LOADING, /* inside dlopen() */
	CHILD_LOADED
};

#endif
