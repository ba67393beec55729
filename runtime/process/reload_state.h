/* The states of a reload. */
#ifndef RUNTIME_PROCESS_RELOAD_STATE_H
#define RUNTIME_PROCESS_RELOAD_STATE_H

#include <stdbool.h>

enum reload_state {
	RELOAD_IDLE,
	RELOAD_VALIDATING, /* the file is looked at */
	RELOAD_COPYING,
	RELOAD_STARTING, /* each slot has a candidate that is not ready yet */
	RELOAD_OPENING,  /* all are ready: they open, the old ones drain */
	RELOAD_RETIRING  /* waits for the workers of another generation to end:
	                  * the old one's, or candidates that were given up */
};

bool reload_may_move(enum reload_state from, enum reload_state to);
const char *reload_state_name(enum reload_state state);

#endif
