#include "runtime/process/child_state.h"

#include <stddef.h>

/* A bit for each state that may follow. */
static const struct {
	const char *name;
	unsigned next;
} states[] = {
#define TO(state) (1u << (state))
	[CHILD_STARTING] = { "starting",
	    TO(CHILD_READY) | TO(CHILD_DRAINING) | TO(CHILD_ENDED) },
	[CHILD_READY] = { "ready",
	    TO(CHILD_OPEN) | TO(CHILD_DRAINING) | TO(CHILD_ENDED) },
	[CHILD_OPEN] = { "open", TO(CHILD_DRAINING) | TO(CHILD_ENDED) },
	[CHILD_DRAINING] = { "draining", TO(CHILD_ENDED) },
	[CHILD_ENDED] = { "ended", 0 },
#undef TO
};

bool
child_may_move(enum child_state from, enum child_state to)
{
	return (states[from].next & (1u << to)) != 0;
}

const char *
child_state_name(enum child_state state)
{
	return states[state].name;
}
