/*
 * One run of a handler, hook or task: a coroutine, an arena, the transport's
 * data.  Loop thread only.
 */
#ifndef RUNTIME_SERVICE_CALL_H
#define RUNTIME_SERVICE_CALL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tomodachi/abi.h>

#include "runtime/base/arena.h"
#include "runtime/loop/task.h"

struct service;
struct tomo_task;

/* Kinds of calls that come from no row; rows' calls have TOMO_KIND_*. */
#define CALL_HOOK UINT64_C(0x100000001)
#define CALL_TASK UINT64_C(0x100000002)

struct call_value;
struct chain_place;
struct call_defer;

struct tomo_call {
	struct task task; /* first: a task is its call */
	struct service *service;
	uint64_t kind;
	tomo_fn *run;
	const char *function; /* the handler's name, for logs */
	const char *logger;
	int code; /* what run returned */
	bool started, complained, ending;
	bool is_small; /* not of the pool */
	void *data;    /* the transport's */
	void (*on_end)(struct tomo_call *call);
	struct tomo_call *next, *previous; /* all of the service */
	struct call_value *values;
	struct call_defer *defers;
	struct chain_place *place;  /* in middleware; of chain.c */
	struct tomo_task *children; /* spawned by this call */
	struct tomo_task *self;     /* of a spawned task */
	char *error;                /* in the arena, or NULL */
	struct arena arena;
	size_t kept; /* what tomo_rewind() stops at */
	_Alignas(max_align_t) char memory[];
};

/*
 * A call that will run run(call) on a coroutine; function is its name.  Takes
 * its memory from a pool; never NULL.
 */
struct tomo_call *call_new(
    struct service *service, uint64_t kind, tomo_fn *run, const char *function);

/*
 * The same with room bytes for all that it hands out before it takes more from
 * the heap, and never pooled: for calls that live long.
 */
struct tomo_call *call_new_small(struct service *service, uint64_t kind,
    tomo_fn *run, const char *function, size_t room);

/* Forgets a call that was never started. */
void call_drop(struct tomo_call *call);

/*
 * Starts it: at once when called from the loop.  on_end(call), if not NULL,
 * runs on the loop's stack once run, its tasks and defers have ended, with the
 * result in call->code; the call is void after it.  Returns 0, or -1 when
 * runtime.max_calls is reached or no stack can be had: the call is as before.
 */
int call_start(struct tomo_call *call, void (*on_end)(struct tomo_call *call));

/*
 * Memory of the call that tomo_rewind() does not take back: for what the runner
 * itself still looks at.  NULL when there is none.
 */
void *call_keep(struct tomo_call *call, size_t size);
char *call_keep_text(struct tomo_call *call, const char *text, size_t len);

/* Sets the text of tomo_error() and returns code. */
int call_fail_list(
    struct tomo_call *call, int code, const char *format, va_list args);
int call_fail(struct tomo_call *call, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Logs once a call that a function of another kind was used. */
void call_wrong_kind(const struct tomo_call *call, const char *function);

/* "TOMO_ETIMEOUT" and so on, for logs. */
const char *call_code_name(int code);

#endif
