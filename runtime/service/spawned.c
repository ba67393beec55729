#include "runtime/service/spawned.h"

#include <pthread.h>
#include <stdlib.h>

#include <tomodachi/task.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/loop/loop.h"
#include "runtime/service/call.h"
#include "runtime/service/service.h"

/* The handle of a task; outlives its call until it was joined or let go. */
struct tomo_task {
	struct tomo_call *call;   /* NULL once it has ended */
	struct tomo_call *parent; /* NULL: the service's */
	struct service *service;
	struct tomo_task *next, *previous; /* of the parent's */
	struct task *waiter;               /* who joins it */
	void *arg;
	int code;
	bool handed_out; /* a handle that somebody may still use */
};

/* Threads may hold it for ever, so it is never freed, only closed. */
struct tomo_loop {
	pthread_mutex_t lock; /* of loop, which threads read */
	struct loop *loop;    /* NULL once closed */
	struct service *service;
	struct tomo_loop *older; /* keeps all of them reachable */
};

static struct tomo_loop *newest_loop;

static struct tomo_task **
siblings(struct tomo_task *task)
{
	return task->parent != NULL ? &task->parent->children
				    : &task->service->tasks;
}

static void
link_task(struct tomo_task *task, struct tomo_call *parent)
{
	struct tomo_task **first;

	task->parent = parent;
	first = siblings(task);
	task->previous = NULL;
	task->next = *first;
	if (task->next != NULL)
		task->next->previous = task;
	*first = task;
}

static void
unlink_task(struct tomo_task *task)
{
	if (task->previous != NULL)
		task->previous->next = task->next;
	else
		*siblings(task) = task->next;
	if (task->next != NULL)
		task->next->previous = task->previous;
}

static void
free_task(struct tomo_task *task)
{
	unlink_task(task);
	free(task);
}

static void
report(const struct tomo_call *call)
{
	if (call->code >= 0 || call->code == TOMO_ECANCELLED)
		return;
	log_record(service_name(call->service), TOMO_LOG_ERROR, "task failed",
	    TOMO_LOG_STR("handler", call->function),
	    TOMO_LOG_STR("code", call_code_name(call->code)),
	    TOMO_LOG_STR("error", call->error != NULL ? call->error : ""));
}

static void
on_end(struct tomo_call *call)
{
	struct tomo_task *task = call->self;
	struct tomo_call *parent = task->parent;

	task->call = NULL;
	task->code = call->code;
	if (task->waiter != NULL)
		task_wake(task->waiter, 0);
	else if (!task->handed_out)
		report(call);
	/* A parent that is ending waits for all its tasks at once. */
	if (parent != NULL && parent->ending)
		task_wake(&parent->task, 0);
	else if (!task->handed_out)
		free_task(task);
}

static struct tomo_task *
spawn(struct service *service, struct tomo_call *parent, tomo_fn *fn, void *arg)
{
	struct tomo_task *task = xcalloc(1, sizeof(*task));

	task->service = service;
	task->arg = arg;
	task->call = call_new(service, CALL_TASK, fn,
	    parent != NULL ? parent->function : "tomo_post");
	task->call->self = task;
	if (parent != NULL)
		task->call->logger = parent->logger;
	link_task(task, parent);
	return task;
}

/* A task that cannot start leaves no trace. */
static void
undo(struct tomo_task *task)
{
	call_drop(task->call);
	free_task(task);
}

int
tomo_spawn(
    struct tomo_call *call, tomo_fn *fn, void *arg, struct tomo_task **handle)
{
	struct tomo_task *task;

	if (fn == NULL)
		return call_fail(call, TOMO_EINVAL, "spawn: no function");
	task = spawn(call->service, call, fn, arg);
	task->handed_out = handle != NULL;
	if (call_start(task->call, on_end) < 0) {
		undo(task);
		return call_fail(call, TOMO_ENOMEM,
		    "spawn: runtime.max_calls reached, or no memory");
	}
	if (handle != NULL)
		*handle = task;
	return 0;
}

void *
tomo_task_arg(const struct tomo_call *call)
{
	return call->self != NULL ? call->self->arg : NULL;
}

int
tomo_join(struct tomo_call *call, struct tomo_task *task, int *result)
{
	int code;

	if (task == NULL || task->waiter != NULL)
		return call_fail(call, TOMO_EINVAL,
		    "join: no task, or another call waits for it");
	if (task->call != NULL) {
		task->waiter = &call->task;
		code = task_wait(&call->task, -1);
		task->waiter = NULL;
		if (code < 0)
			return call_fail(
			    call, code, "join: %s", call_code_name(code));
	}
	if (result != NULL)
		*result = task->code;
	free_task(task);
	return 0;
}

void
tomo_cancel(struct tomo_task *task)
{
	if (task != NULL && task->call != NULL)
		task_cancel(&task->call->task);
}

static void
hand_over(struct tomo_call *hook)
{
	struct tomo_task *task;

	while ((task = hook->children) != NULL) {
		unlink_task(task);
		link_task(task, NULL);
	}
}

static bool
any_alive(const struct tomo_call *call)
{
	for (const struct tomo_task *at = call->children; at != NULL;
	     at = at->next)
		if (at->call != NULL)
			return true;
	return false;
}

void
spawned_end(struct tomo_call *call)
{
	/* Once a stop has begun, a hook's tasks end with it as a handler's. */
	if (call->kind == CALL_HOOK && !call->service->tasks_cancelled) {
		hand_over(call);
		return;
	}
	for (struct tomo_task *at = call->children; at != NULL; at = at->next)
		tomo_cancel(at);
	while (any_alive(call))
		task_wait_shielded(&call->task);
	while (call->children != NULL)
		free_task(call->children);
}

void
spawned_cancel_all(struct service *service)
{
	service->tasks_cancelled = true;
	for (struct tomo_task *at = service->tasks; at != NULL; at = at->next)
		tomo_cancel(at);
}

/* ---- tomo_post ---- */

struct post {
	struct tomo_loop *loop;
	tomo_fn *fn;
	void *arg;
};

static void
on_post(void *arg)
{
	struct post *post = arg;
	struct service *service = post->loop->service;
	struct tomo_task *task;

	if (service == NULL) {
		free(post);
		return;
	}
	task = spawn(service, NULL, post->fn, post->arg);
	if (call_start(task->call, on_end) < 0) {
		undo(task);
		log_printf(service_name(service), TOMO_LOG_ERROR,
		    "posted task dropped: runtime.max_calls reached");
	} else if (service->tasks_cancelled) {
		spawned_cancel_all(service);
	}
	free(post);
}

int
tomo_post(struct tomo_loop *loop, tomo_fn *fn, void *arg)
{
	struct post *post = malloc(sizeof(*post));
	int code = -1;

	if (post == NULL)
		return TOMO_ENOMEM;
	*post = (struct post) { loop, fn, arg };
	pthread_mutex_lock(&loop->lock);
	if (loop->loop != NULL)
		code = loop_post(loop->loop, on_post, post);
	pthread_mutex_unlock(&loop->lock);
	if (code < 0) {
		free(post);
		return TOMO_ECANCELLED;
	}
	return 0;
}

struct tomo_loop *
tomo_loop(struct tomo_call *call)
{
	return call->service->post;
}

struct tomo_loop *
spawned_loop_new(struct service *service)
{
	struct tomo_loop *loop = xcalloc(1, sizeof(*loop));

	pthread_mutex_init(&loop->lock, NULL);
	loop->loop = service->loop;
	loop->service = service;
	loop->older = newest_loop;
	newest_loop = loop;
	return loop;
}

void
spawned_loop_close(struct tomo_loop *loop)
{
	pthread_mutex_lock(&loop->lock);
	loop->loop = NULL;
	pthread_mutex_unlock(&loop->lock);
	loop->service = NULL;
}

void
spawned_free_all(struct service *service)
{
	while (service->tasks != NULL)
		free_task(service->tasks);
}
