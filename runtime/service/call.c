#include "runtime/service/call.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/loop/sync.h"
#include "runtime/service/service.h"
#include "runtime/service/spawned.h"
#include "runtime/service/values.h"

/* What a call costs: its struct, and an arena that most never outgrow. */
#define CALL_SIZE ((size_t)8192)
#define POOLED_CALLS 256

/* The text of a failure; one place for all failures of a call. */
#define ERROR_SIZE ((size_t)512)

static void
forget(struct tomo_call *call)
{
	struct service *service = call->service;

	arena_clear(&call->arena);
	if (call->is_small || service->nfree_calls >= POOLED_CALLS) {
		free(call);
		return;
	}
	call->next = service->free_calls;
	service->free_calls = call;
	service->nfree_calls++;
}

static void
link_call(struct tomo_call *call)
{
	struct service *service = call->service;

	call->started = true;
	call->previous = NULL;
	call->next = service->first_call;
	if (call->next != NULL)
		call->next->previous = call;
	service->first_call = call;
	service->ncalls += call->kind != CALL_HOOK;
	service_hold(service);
}

static void
unlink_call(struct tomo_call *call)
{
	struct service *service = call->service;

	if (call->previous != NULL)
		call->previous->next = call->next;
	else
		service->first_call = call->next;
	if (call->next != NULL)
		call->next->previous = call->previous;
	service->ncalls -= call->kind != CALL_HOOK;
	service_release(service);
}

/* On the call's coroutine. */
static void
on_run(struct task *task)
{
	struct tomo_call *call = (struct tomo_call *)task;

	call->code = call->run(call);
	call->ending = true;
	if (call->children != NULL)
		spawned_end(call);
	if (call->defers != NULL || call->values != NULL)
		values_clear(call);
}

/* On the loop's stack. */
static void
on_task_end(struct task *task)
{
	struct tomo_call *call = (struct tomo_call *)task;

	unlink_call(call);
	if (call->on_end != NULL)
		call->on_end(call);
	forget(call);
}

/* What is new about it; size is that of all its memory. */
static void
set_up(struct tomo_call *call, struct service *service, size_t size)
{
	memset(call, 0, offsetof(struct tomo_call, memory));
	arena_init(&call->arena, call->memory,
	    size - offsetof(struct tomo_call, memory));
	call->service = service;
}

static void
set_function(
    struct tomo_call *call, uint64_t kind, tomo_fn *run, const char *function)
{
	task_init(
	    &call->task, call->service->loop, function, on_run, on_task_end);
	call->kind = kind;
	call->run = run;
	call->function = function;
}

struct tomo_call *
call_new(
    struct service *service, uint64_t kind, tomo_fn *run, const char *function)
{
	struct tomo_call *call = service->free_calls;

	if (call != NULL) {
		service->free_calls = call->next;
		service->nfree_calls--;
	} else {
		call = xcalloc(1, CALL_SIZE);
	}
	set_up(call, service, CALL_SIZE);
	set_function(call, kind, run, function);
	return call;
}

struct tomo_call *
call_new_small(struct service *service, uint64_t kind, tomo_fn *run,
    const char *function, size_t room)
{
	const size_t size = offsetof(struct tomo_call, memory) + room;
	struct tomo_call *call = xcalloc(1, size);

	set_up(call, service, size);
	set_function(call, kind, run, function);
	call->is_small = true;
	return call;
}

void
call_drop(struct tomo_call *call)
{
	forget(call);
}

int
call_start(struct tomo_call *call, void (*on_end)(struct tomo_call *call))
{
	struct service *service = call->service;

	/* Hooks are few, and a stop needs them whatever else runs. */
	if (service->ncalls >= service->max_calls && call->kind != CALL_HOOK)
		return -1;
	call->on_end = on_end;
	call->task.name = call->function;
	link_call(call);
	if (task_start(&call->task) < 0) {
		unlink_call(call);
		call->started = false;
		return -1;
	}
	return 0;
}

void *
call_keep(struct tomo_call *call, size_t size)
{
	void *memory = arena_alloc(&call->arena, size);

	call->kept = arena_mark(&call->arena);
	return memory;
}

char *
call_keep_text(struct tomo_call *call, const char *text, size_t len)
{
	char *copy = call_keep(call, len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

int
call_fail_list(
    struct tomo_call *call, int code, const char *format, va_list args)
{
	char text[ERROR_SIZE];

	/* Through a copy: the last text may be among the arguments. */
	vsnprintf(text, sizeof(text), format, args);
	if (call->error == NULL)
		call->error = call_keep(call, ERROR_SIZE);
	if (call->error != NULL)
		memcpy(call->error, text, strlen(text) + 1);
	return code;
}

int
call_fail(struct tomo_call *call, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	call_fail_list(call, code, format, args);
	va_end(args);
	return code;
}

void
call_wrong_kind(const struct tomo_call *call, const char *function)
{
	/* Only this flag changes: the call is const for its accessors. */
	struct tomo_call *marked = (struct tomo_call *)(uintptr_t)call;

	if (call->complained)
		return;
	marked->complained = true;
	log_record(service_name(call->service), TOMO_LOG_ERROR,
	    "function of another kind of call used",
	    TOMO_LOG_STR("handler", call->function),
	    TOMO_LOG_STR("function", function));
}

const char *
call_code_name(int code)
{
	static const char *const names[] = { "0", "TOMO_EINVAL", "TOMO_ENOMEM",
		"TOMO_EKIND", "TOMO_ETIMEOUT", "TOMO_ECLOSED",
		"TOMO_ECANCELLED", "TOMO_ETOOBIG", "TOMO_ENOTFOUND",
		"TOMO_EUNAVAILABLE", "TOMO_EPROTOCOL", "TOMO_ESYSTEM",
		"TOMO_ERETRY", "TOMO_EREJECT" };

	if (code > 0 || code <= -(int)(sizeof(names) / sizeof(names[0])))
		return "no TOMO_E* code";
	return names[-code];
}
