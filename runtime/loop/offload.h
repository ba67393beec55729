/* A pool of threads for functions that block. */
#ifndef RUNTIME_LOOP_OFFLOAD_H
#define RUNTIME_LOOP_OFFLOAD_H

struct loop;
struct task;
struct offload;

/* At most threads threads, started as they are needed; see thread.h. */
struct offload *offload_new(struct loop *loop, unsigned threads);

/*
 * Waits for the threads that are idle; one inside a function is left alone,
 * and what it returns is forgotten.  Before loop_free().
 */
void offload_free(struct offload *offload);

/*
 * Runs fn(arg) on a thread and waits until it has returned.  Suspends,
 * shielded once a thread has begun; the functions that find no thread free
 * begin in the order of the calls.  Returns what fn returned, or
 * TOMO_ECANCELLED / TOMO_ETIMEOUT if the task was cancelled or its deadline
 * passed meanwhile; TOMO_ENOMEM when no thread can be had.
 */
int offload_run(struct offload *offload, struct task *task,
    int (*fn)(void *arg), void *arg);

/*
 * Runs fn(arg) on a thread as well, but nobody waits for it; where there is no
 * thread, at once, and what is still queued when the pool is freed, then.
 */
void offload_leave(struct offload *offload, int (*fn)(void *arg), void *arg);

#endif
