#include "runtime/process/reload_state.h"

#include <stddef.h>

/*
 * A bit for each state that may follow.  From anywhere to idle: the service
 * stops.
 */
static const struct {
	const char *name;
	unsigned next;
} states[] = {
#define TO(state) (1u << (state))
	[RELOAD_IDLE] = { "idle", TO(RELOAD_IDLE) | TO(RELOAD_VALIDATING) },
	[RELOAD_VALIDATING] = { "validating",
	    TO(RELOAD_IDLE) | TO(RELOAD_COPYING) },
	[RELOAD_COPYING] = { "copying", TO(RELOAD_IDLE) | TO(RELOAD_STARTING) },
	[RELOAD_STARTING] = { "starting",
	    TO(RELOAD_IDLE) | TO(RELOAD_OPENING) | TO(RELOAD_RETIRING) },
	[RELOAD_OPENING] = { "opening", TO(RELOAD_IDLE) | TO(RELOAD_RETIRING) },
	[RELOAD_RETIRING] = { "retiring", TO(RELOAD_IDLE) },
#undef TO
};

bool
reload_may_move(enum reload_state from, enum reload_state to)
{
	return (states[from].next & (1u << to)) != 0;
}

const char *
reload_state_name(enum reload_state state)
{
	return states[state].name;
}
