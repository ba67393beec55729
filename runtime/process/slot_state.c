#include "runtime/process/slot_state.h"

#include <stddef.h>

/* A bit for each state that may follow.  A reload opens from anywhere. */
static const struct {
	const char *name;
	unsigned next;
} states[] = {
#define TO(state) (1u << (state))
	[SLOT_EMPTY] = { "empty", TO(SLOT_STARTING) | TO(SLOT_STOPPED) },
	[SLOT_STARTING] = { "starting",
	    TO(SLOT_OPEN) | TO(SLOT_BACK_OFF) | TO(SLOT_STARTING) |
		TO(SLOT_STAND_IN) | TO(SLOT_STOPPED) },
	[SLOT_OPEN] = { "open",
	    TO(SLOT_OPEN) | TO(SLOT_STARTING) | TO(SLOT_BACK_OFF) |
		TO(SLOT_STAND_IN) | TO(SLOT_STOPPED) },
	[SLOT_BACK_OFF] = { "back-off",
	    TO(SLOT_STARTING) | TO(SLOT_OPEN) | TO(SLOT_STAND_IN) |
		TO(SLOT_BACK_OFF) | TO(SLOT_STOPPED) },
	[SLOT_STAND_IN] = { "stand-in",
	    TO(SLOT_OPEN) | TO(SLOT_BACK_OFF) | TO(SLOT_STAND_IN) |
		TO(SLOT_STARTING) | TO(SLOT_STOPPED) },
	[SLOT_STOPPED] = { "stopped", 0 },
#undef TO
};

bool
slot_may_move(enum slot_state from, enum slot_state to)
{
	return (states[from].next & (1u << to)) != 0;
}

const char *
slot_state_name(enum slot_state state)
{
	return states[state].name;
}
