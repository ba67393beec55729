/* Flags and counters that tasks of one loop wait for.  Loop thread only. */
#ifndef RUNTIME_LOOP_SYNC_H
#define RUNTIME_LOOP_SYNC_H

#include <stdbool.h>

struct task;
struct flag;
struct semaphore;

/* NULL when there is no memory.  Free only when no task waits. */
struct flag *flag_new(void);
void flag_free(struct flag *flag);
void flag_set(struct flag *flag);
void flag_clear(struct flag *flag);
/* 0 once it is set, TOMO_ETIMEOUT, TOMO_ECANCELLED.  Suspends. */
int flag_wait(struct flag *flag, struct task *task);

struct semaphore *semaphore_new(unsigned count);
void semaphore_free(struct semaphore *semaphore);
/* 0 with a unit taken; TOMO_ETIMEOUT, TOMO_ECANCELLED.  Suspends. */
int semaphore_acquire(struct semaphore *semaphore, struct task *task);
void semaphore_release(struct semaphore *semaphore);

#endif
