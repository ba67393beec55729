#include "runtime/loop/thread.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

/* Room for a crash handler that unwinds. */
#define ALTERNATE_STACK ((size_t)64 * 1024)

/* Blocked, the kernel would end the process at once, without a handler. */
static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP,
	SIGSYS };

static void
set_alternate_stack(void *memory)
{
	const stack_t stack = {
		.ss_sp = memory,
		.ss_size = memory == NULL ? 0 : ALTERNATE_STACK,
		.ss_flags = memory == NULL ? SS_DISABLE : 0,
	};

	sigaltstack(&stack, NULL);
}

void
thread_use_alternate_stack(void)
{
	static char memory[ALTERNATE_STACK];

	set_alternate_stack(memory);
}

static _Thread_local bool is_ours;

bool
thread_is_ours(void)
{
	return is_ours;
}

static void *
enter(void *arg)
{
	const struct thread *thread = arg;
	void *memory = malloc(ALTERNATE_STACK);

	is_ours = true;
	pthread_setname_np(pthread_self(), thread->name);
	set_alternate_stack(memory);
	thread->fn(thread->arg);
	set_alternate_stack(NULL);
	free(memory);
	return NULL;
}

int
thread_start(struct thread *thread)
{
	sigset_t blocked, before;
	int failed;

	sigfillset(&blocked);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&blocked, faults[i]);
	/* The thread inherits the mask, so it never runs without it. */
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	failed = pthread_create(&thread->id, NULL, enter, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed == 0 ? 0 : -1;
}
