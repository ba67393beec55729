/* Tasks that calls, hooks and other threads start. */
#ifndef RUNTIME_SERVICE_SPAWNED_H
#define RUNTIME_SERVICE_SPAWNED_H

struct service;
struct tomo_call;

/*
 * At the end of a call, on its coroutine: a handler's tasks are cancelled and
 * waited for (suspends), a hook's become the service's.
 */
void spawned_end(struct tomo_call *call);

/* Cancels the tasks that belong to the service: a stop begins. */
void spawned_cancel_all(struct service *service);

/* Frees the handles of tasks that belonged to the service and have ended. */
void spawned_free_all(struct service *service);

/* What tomo_loop() gives; made with the service. */
struct tomo_loop *spawned_loop_new(struct service *service);

/* No thread can post any more; the memory stays, threads may hold it. */
void spawned_loop_close(struct tomo_loop *loop);

#endif
