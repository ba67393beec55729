#include "runtime/base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/alloc.h"

/* Above what any child is handed, so that no dup2 there can hit it. */
#define SELF_FD 100

/*
 * Copies of the descriptors above all numbers the child uses: so the order of
 * the dup2() calls does not matter, nor does ours == theirs, where dup2() would
 * leave close-on-exec set.
 */
static int
lift(const struct spawn *spawn, int *lifted, struct error *err)
{
	int above = 3;

	for (unsigned i = 0; i < spawn->nfds; i++)
		if (spawn->fds[i].theirs >= above)
			above = spawn->fds[i].theirs + 1;
	for (unsigned i = 0; i < spawn->nfds; i++) {
		lifted[i] = fcntl(spawn->fds[i].ours, F_DUPFD_CLOEXEC, above);
		if (lifted[i] < 0)
			return error_set(err,
			    "cannot start %s: descriptor %d: "
			    "%s",
			    spawn->path, spawn->fds[i].ours, strerror(errno));
	}
	return 0;
}

static int
set_attributes(posix_spawnattr_t *attr, bool own_group)
{
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	if (posix_spawnattr_setsigdefault(attr, &all) != 0 ||
	    posix_spawnattr_setsigmask(attr, &none) != 0)
		return -1;
	if (own_group)
		flags |= POSIX_SPAWN_SETPGROUP;
	return posix_spawnattr_setflags(attr, flags);
}

static pid_t
start(const struct spawn *spawn, const int *lifted, struct error *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid = -1;
	int failed = 0;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	for (unsigned i = 0; i < spawn->nfds && failed == 0; i++)
		failed = posix_spawn_file_actions_adddup2(
		    &actions, lifted[i], spawn->fds[i].theirs);
	if (failed == 0 && set_attributes(&attr, spawn->own_group) != 0)
		failed = ENOMEM;
	if (failed == 0)
		failed = posix_spawn(&pid, spawn->path, &actions, &attr,
		    spawn->argv, spawn->environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (failed != 0)
		return error_set(
		    err, "cannot start %s: %s", spawn->path, strerror(failed));
	return pid;
}

pid_t
spawn_start(const struct spawn *spawn, struct error *err)
{
	int *lifted = xcalloc(spawn->nfds + 1, sizeof(*lifted));
	pid_t pid = -1;

	for (unsigned i = 0; i < spawn->nfds; i++)
		lifted[i] = -1;
	if (lift(spawn, lifted, err) == 0)
		pid = start(spawn, lifted, err);
	for (unsigned i = 0; i < spawn->nfds; i++)
		if (lifted[i] >= 0)
			close(lifted[i]);
	free(lifted);
	return pid;
}

/*
 * Opened with O_PATH, which needs no permission to read the file.  The path is
 * looked up by the child, after its dup2() calls and before close-on-exec takes
 * the descriptor away.
 */
const char *
spawn_self(void)
{
	static char path[sizeof("/proc/self/fd/") + 3 * sizeof(int)];

	if (path[0] != '\0')
		return path;
	const int fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	const int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, SELF_FD);
	if (fd >= 0)
		close(fd);
	/* Without /proc the start will fail, and name this. */
	if (high < 0)
		return "/proc/self/exe";
	snprintf(path, sizeof(path), "/proc/self/fd/%d", high);
	return path;
}
