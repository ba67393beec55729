/*
 * A reload is a transaction over all slots of a fleet: look at the file, copy
 * it, start a worker of the new generation in each slot, and once all are
 * ready, open them and drain the old ones at one instant.  Whatever fails or
 * takes too long on the way leaves the old generation as it is.
 *
 * It is over when no worker of another generation is left, so never more than
 * two are alive.  Each step is bounded: looking and copying by the size of the
 * file, starting by runtime.start_timeout, retiring by the grace period and two
 * seconds, after which a worker is killed.
 */
#ifndef RUNTIME_PROCESS_RELOAD_H
#define RUNTIME_PROCESS_RELOAD_H

#include <stdbool.h>

#include "runtime/process/reload_state.h"

struct child;
struct copy;
struct fleet;
struct slot;

struct reload {
	enum reload_state state;
	struct copy *copy; /* of the new generation, until it is the open one */
	bool again;        /* asked for meanwhile: the one that is queued */
};

/* Begins a reload, or another one after that which is under way. */
void reload_begin(struct fleet *fleet);

/* Events of a candidate. */
void reload_ready(struct slot *slot);
void reload_ended(struct slot *slot, struct child *child);

/* Some worker has ended and is forgotten: perhaps the last to be retired. */
void reload_look(struct fleet *fleet);

/* The fleet stops: forgets the reload, not its workers. */
void reload_abort(struct fleet *fleet);

#endif
