#include "runtime/base/exit_status.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

void
exit_status_signal(int number, char *text, size_t size)
{
	const char *name = sigabbrev_np(number);

	if (name != NULL)
		snprintf(text, size, "SIG%s", name);
	else
		snprintf(text, size, "signal %d", number);
}

void
exit_status_describe(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		exit_status_signal(WTERMSIG(status), text, size);
	else
		snprintf(text, size, "exit code %d", WEXITSTATUS(status));
}

int
exit_status_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}
