/* The states of a worker's place. */
#ifndef RUNTIME_PROCESS_SLOT_STATE_H
#define RUNTIME_PROCESS_SLOT_STATE_H

#include <stdbool.h>

enum slot_state {
	SLOT_EMPTY,    /* before the first start */
	SLOT_STARTING, /* a worker starts */
	SLOT_OPEN,     /* a worker takes work */
	SLOT_BACK_OFF, /* waits before the next start */
	SLOT_STAND_IN, /* a stand-in starts, or answers */
	SLOT_STOPPED
};

bool slot_may_move(enum slot_state from, enum slot_state to);
const char *slot_state_name(enum slot_state state);

#endif
