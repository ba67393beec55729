/* Threads beside the loop's. */
#ifndef RUNTIME_LOOP_THREAD_H
#define RUNTIME_LOOP_THREAD_H

#include <pthread.h>

/*
 * Starts a thread that no signal is delivered to, but those of its own faults,
 * for which it has an alternate stack; so a crash handler sees an overflow
 * here too.  name, at most 15 bytes, is what ps -L shows.  fn and arg must
 * outlive the thread.  Returns 0, or -1 when no thread can be had.
 */
struct thread {
	const char *name;
	void (*fn)(void *arg);
	void *arg;
	pthread_t id;
};
int thread_start(struct thread *thread);

#endif
