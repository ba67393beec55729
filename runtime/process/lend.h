/*
 * With SO_REUSEPORT each slot has a socket of its own, and the system deals out
 * connections to all.  While a slot has no open worker, its socket is lent to
 * another slot's, or its share of connections would wait in vain.
 */
#ifndef RUNTIME_PROCESS_LEND_H
#define RUNTIME_PROCESS_LEND_H

struct fleet;

/* Lends and takes back what the states of the workers ask for now. */
void lend_update(struct fleet *fleet);

#endif
