#include "runtime/process/death.h"

#include <signal.h>
#include <sys/wait.h>

/* Signals that a process brings upon itself. */
static bool
is_own_fault(int number)
{
	return number == SIGSEGV || number == SIGBUS || number == SIGFPE ||
	    number == SIGILL || number == SIGABRT || number == SIGSYS ||
	    number == SIGTRAP;
}

enum death_kind
death_kind(const struct death *death)
{
	if (WIFSIGNALED(death->status) && is_own_fault(WTERMSIG(death->status)))
		return DEATH_FAULT;
	if (death->said_failed)
		return DEATH_FAILED;
	if (death->asked)
		return DEATH_CLEAN;
	if (WIFSIGNALED(death->status))
		return DEATH_OUTSIDE;
	/*
	 * ENDED and 0 unasked: somebody sent it a SIGTERM.  Any other exit is
	 * the service calling exit().
	 */
	if (death->said_ended && WEXITSTATUS(death->status) == 0)
		return DEATH_OUTSIDE;
	return WEXITSTATUS(death->status) == 0 && death->was_open
	    ? DEATH_OUTSIDE
	    : DEATH_FAULT;
}

enum death_verdict
death_verdict(enum death_kind kind, const struct death_place *place)
{
	if (place->stopping)
		return DEATH_NOTHING;
	if (kind == DEATH_CLEAN)
		return DEATH_NOTHING;
	if (place->first_start)
		return DEATH_END_RUN;
	switch (kind) {
	case DEATH_CLEAN:
		return DEATH_NOTHING;
	case DEATH_FAILED:
		return DEATH_BACK_OFF;
	case DEATH_FAULT:
		return place->production ? DEATH_BACK_OFF : DEATH_STAND_IN;
	case DEATH_OUTSIDE:
		return DEATH_RESTART;
	}
	return DEATH_NOTHING;
}
