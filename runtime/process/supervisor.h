/*
 * The process that the user starts: keeps the listening sockets, starts a
 * worker for each slot of each service file, restarts, reloads and stops them;
 * watches files, and builds what is given as source.  It never maps service
 * code.
 */
#ifndef RUNTIME_PROCESS_SUPERVISOR_H
#define RUNTIME_PROCESS_SUPERVISOR_H

#include <stdbool.h>

#include "runtime/process/sources.h"

struct supervisor_config {
	const char *const *files; /* service or source; NULL-ended, not empty */
	unsigned workers;         /* of each file, at least one */
	bool production;
	bool watches;               /* for changed files */
	const char *const *folders; /* there; empty: the working folder */
	const char *build;          /* command that makes the files, or NULL */
	struct sources sources;

	/* What each worker's command line gets: --config, --option, --logger
	 * and so on, so that it finds the same sources.  NULL-ended. */
	const char *const *arguments;

	/* Called once, when every worker has been opened; may be NULL. */
	void (*opened)(void *arg);
	void *arg;
};

/*
 * Runs until all services have ended; returns the runner's exit code: 0, what
 * tomo_exit() said, 1 (a first start failed), 2 (bad options), 128+N.
 */
int supervisor_run(const struct supervisor_config *config);

#endif
