/*
 * A worker's place: who is in it, and what follows when that one has ended.
 */
#ifndef RUNTIME_PROCESS_SLOT_H
#define RUNTIME_PROCESS_SLOT_H

#include <stdint.h>

#include "runtime/base/error.h"

struct child;
struct slot;

/* Starts a worker of the open generation.  -1: it could not even begin. */
int slot_start(struct slot *slot, struct error *err);

/* Lets a worker that is ready take the place. */
void slot_open(struct slot *slot, struct child *child, int64_t instant_ms);

/* The worker in it stops by itself: another takes its place soon. */
void slot_draining(struct slot *slot, struct child *child);

/* The worker in it has ended; it is still there to be looked at. */
void slot_ended(struct slot *slot, struct child *child);

/* No worker is started here any more. */
void slot_stop(struct slot *slot);

#endif
