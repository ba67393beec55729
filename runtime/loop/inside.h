/* What the files of this folder, and no others, know of a loop. */
#ifndef RUNTIME_LOOP_INSIDE_H
#define RUNTIME_LOOP_INSIDE_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/loop/loop.h"
#include "runtime/loop/mailbox.h"

struct stall;

/* Tasks that may go on, first come first served. */
struct ready_queue {
	struct task *first, *last;
};

/*
 * What the stall watchdog sees.  The loop thread alone writes turn and caught,
 * and reads no clock for it.
 */
struct turns {
	_Atomic uint64_t turn; /* odd while a task has the loop */
	_Atomic bool parked;   /* the watchdog sleeps until a task runs */
	volatile sig_atomic_t caught; /* set by its signal handler */
	struct stall *stall;
};

/* Ends the watchdog's sleep; tells what it caught.  On the loop thread. */
void stall_unpark(struct stall *stall);
void stall_report(struct stall *stall);

struct loop {
	struct event_base *base;
	struct coroutine_pool *pool;
	struct ready_queue ready;
	struct loop_hook *hooks, *next_hook;
	bool stopping;
	bool now_known, unix_known; /* in this pass */
	int64_t now_ms, unix_s;
	struct turns turns;
	struct event trim;
	struct mailbox mailbox;
};

#endif
