#include "runtime/process/system.h"

#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

void
system_prepare(void)
{
	struct rlimit limit;

	signal(SIGPIPE, SIG_IGN);
	/* Refused only by a kernel that does not know it: nothing is lost. */
	close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

bool
system_end_with(pid_t parent)
{
	/* In this order: a parent that ends in between is seen. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	return getppid() == parent;
}

void
system_set_name(const char *name)
{
	prctl(PR_SET_NAME, name);
}
