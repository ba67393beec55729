/*
 * Starts processes: the one place where it happens (posix_spawn), with every
 * descriptor close-on-exec but those handed over.
 */
#ifndef RUNTIME_BASE_SPAWN_H
#define RUNTIME_BASE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "runtime/base/error.h"

/* A descriptor of ours and the number it has in the child. */
struct spawn_fd {
	int ours, theirs;
};

struct spawn {
	const char *path; /* of the program; not searched for */
	char *const *argv;
	char *const *environ;
	const struct spawn_fd *fds; /* 0, 1 and 2 are kept unless named here */
	unsigned nfds;
	bool own_group; /* leads a process group of its own */
};

/*
 * Returns the process id, or -1 with one line.  Signals start with their
 * default actions and none blocked.
 */
pid_t spawn_start(const struct spawn *spawn, struct error *err);

/*
 * A descriptor of the program that runs now, opened once, and its path
 * (/proc/self/fd/N), so that a runner replaced on disk never mixes versions.
 */
const char *spawn_self(void);

#endif
