/*
 * Waiting, and running side by side: coroutines of one worker's loop thread.
 *
 * A function that suspends lets other calls run and returns here later.  Each
 * returns TOMO_ETIMEOUT once the deadline of tomo_deadline() is over, and
 * TOMO_ECANCELLED once the call was cancelled; a cancelled call stays so until
 * it ends.  Coroutines never change thread.  Only tomo_post() may be called
 * from other threads.
 */
#ifndef TOMODACHI_TASK_H
#define TOMODACHI_TASK_H

#include <tomodachi/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A coroutine started by tomo_spawn(). */
struct tomo_task;

/* The loop of a worker; for tomo_post(). */
struct tomo_loop;

/* A flag that calls wait for; a counter that calls take from. */
struct tomo_event;
struct tomo_semaphore;

/*
 * Waits ms milliseconds; 0 lets the others run once.  Suspends.  Returns 0,
 * TOMO_ETIMEOUT or TOMO_ECANCELLED.  Since ABI 1.
 */
TOMO_API int tomo_sleep(struct tomo_call *call, int64_t ms);

/*
 * Starts fn as a task with a call of its own, on which tomo_task_arg() gives
 * arg; it first runs once the caller suspends or ends.  *task, if task is not
 * NULL, is a handle for one tomo_join().  Tasks of a handler end with it, and
 * their handles too: those not joined are cancelled and waited for.  Tasks of a
 * hook, and their handles, live as long as the service; the tasks are cancelled
 * by a stop, after http.shutdown_delay_seconds.  Returns 0, TOMO_EINVAL (no
 * function, or the call is ending) or TOMO_ENOMEM (runtime.max_calls reached,
 * or no memory).  Since ABI 1.
 */
TOMO_API int tomo_spawn(struct tomo_call *call, tomo_fn *fn, void *arg,
    struct tomo_task **task);

/* What tomo_spawn() was given; NULL on a call of another kind.  Since ABI 1. */
TOMO_API void *tomo_task_arg(const struct tomo_call *call);

/*
 * Waits until the task has ended, and ends the handle.  Suspends.  Returns 0
 * and what the task's function returned in *result (which may be NULL);
 * TOMO_ETIMEOUT or TOMO_ECANCELLED when the wait ended first: the task goes on
 * and the handle stays good; TOMO_EINVAL when another call waits for it
 * already.  Since ABI 1.
 */
TOMO_API int tomo_join(struct tomo_call *call, struct tomo_task *task,
    int *result);

/* Makes what the task waits for, now or later, return TOMO_ECANCELLED.
 * Since ABI 1. */
TOMO_API void tomo_cancel(struct tomo_task *task);

/*
 * Runs fn(arg) on a thread of the pool (runtime.offload_threads) and waits
 * for it.  Suspends.  Once fn has begun, until it has returned, whatever the
 * deadline or a stop says, so arg may live on the caller's stack; while all
 * threads are busy, at most to the deadline or a cancel, and then fn never
 * runs.  fn may use no function of this header but tomo_post().  Returns what
 * fn returned; if the deadline passed or a cancel came, TOMO_ETIMEOUT or
 * TOMO_ECANCELLED; TOMO_ENOMEM when no thread can be had.  Since ABI 1.
 */
TOMO_API int tomo_offload(struct tomo_call *call, int (*fn)(void *arg),
    void *arg);

#define TOMO_READABLE 1
#define TOMO_WRITABLE 2

/*
 * Waits until fd is ready for one of events (TOMO_READABLE | TOMO_WRITABLE), or
 * timeout_ms is over (-1: no limit).  Suspends.  Returns the events that are
 * ready, or TOMO_ETIMEOUT, TOMO_ECANCELLED, TOMO_EINVAL, TOMO_ESYSTEM (fd
 * cannot be waited for).  The fd must stay open meanwhile.  Since ABI 1.
 */
TOMO_API int tomo_wait_fd(struct tomo_call *call, int fd, int events,
    int64_t timeout_ms);

/*
 * From ms milliseconds on, all that suspends returns TOMO_ETIMEOUT, except
 * tomo_offload(), which finishes first; 0 lifts the deadline.  Since ABI 1.
 */
TOMO_API void tomo_deadline(struct tomo_call *call, int64_t ms);

/*
 * An event is a flag: wait returns at once while it is set, and suspends until
 * it is.  set wakes all who wait.  Free it only when nobody waits.  new
 * returns NULL when there is no memory.  Since ABI 1.
 */
TOMO_API struct tomo_event *tomo_event_new(struct tomo_call *call);
TOMO_API void tomo_event_free(struct tomo_event *event);
TOMO_API void tomo_event_set(struct tomo_event *event);
TOMO_API void tomo_event_clear(struct tomo_event *event);
TOMO_API int tomo_event_wait(struct tomo_call *call,
    struct tomo_event *event);

/*
 * A semaphore holds count units: acquire takes one and suspends while there is
 * none; release gives one back to whoever has waited longest.  Free it only
 * when nobody waits.  new returns NULL when there is no memory.  Since ABI 1.
 */
TOMO_API struct tomo_semaphore *tomo_semaphore_new(struct tomo_call *call,
    unsigned count);
TOMO_API void tomo_semaphore_free(struct tomo_semaphore *semaphore);
TOMO_API int tomo_semaphore_acquire(struct tomo_call *call,
    struct tomo_semaphore *semaphore);
TOMO_API void tomo_semaphore_release(struct tomo_semaphore *semaphore);

/* The loop of this worker, good until the worker ends.  Since ABI 1. */
TOMO_API struct tomo_loop *tomo_loop(struct tomo_call *call);

/*
 * From any thread: runs fn as a task on the loop; tomo_task_arg() gives arg.
 * Returns 0, TOMO_ENOMEM, or TOMO_ECANCELLED when the worker is ending.
 * Since ABI 1.
 */
TOMO_API int tomo_post(struct tomo_loop *loop, tomo_fn *fn, void *arg);

#ifdef __cplusplus
}
#endif
#endif
