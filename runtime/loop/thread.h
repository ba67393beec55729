/* Threads beside the loop's. */
#ifndef RUNTIME_LOOP_THREAD_H
#define RUNTIME_LOOP_THREAD_H

#include <pthread.h>
#include <stdbool.h>

struct thread {
	const char *name; /* that ps -L shows, at most 15 bytes */
	void (*fn)(void *arg);
	void *arg;
	pthread_t id;
};

/*
 * Starts a thread that no signal is delivered to but those of its own faults,
 * for which it has an alternate stack; so a crash handler sees an overflow here
 * too.  *thread must stay until fn begins.  Returns 0, or -1 when no thread can
 * be had.
 */
int thread_start(struct thread *thread);

/* Whether thread_start() made the thread that asks; safe in a signal handler. */
bool thread_is_ours(void);

/* The same alternate stack for the loop's thread; once in a process. */
void thread_use_alternate_stack(void);

#endif
