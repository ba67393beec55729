/*
 * A reload is a transaction over all slots of a fleet: check and copy the file,
 * start a worker of the new generation in each slot, and once all are ready,
 * open them and drain the old ones at one instant.  Whatever fails on the way
 * leaves the old generation as it is.
 */
#ifndef RUNTIME_PROCESS_RELOAD_H
#define RUNTIME_PROCESS_RELOAD_H

#include <stdbool.h>

struct child;
struct copy;
struct fleet;
struct slot;

enum reload_state {
	RELOAD_IDLE,
	RELOAD_STARTING /* each slot has a candidate */
};

struct reload {
	enum reload_state state;
	struct copy *copy; /* of the new generation */
	bool again;        /* asked for meanwhile */
};

/* Begins a reload, or another one after that which is under way. */
void reload_begin(struct fleet *fleet);

/* Events of a candidate. */
void reload_ready(struct slot *slot);
void reload_ended(struct slot *slot, struct child *child);

/* The fleet stops: forgets the reload, not its workers. */
void reload_abort(struct fleet *fleet);

#endif
