/* One service in the foreground process: --no-supervisor. */
#ifndef RUNTIME_PROCESS_SINGLE_H
#define RUNTIME_PROCESS_SINGLE_H

#include "runtime/process/sources.h"

struct single_config {
	const char *file;
	struct sources sources;
};

/*
 * Runs until the service has ended; no copy, no restart, no reload.  Returns
 * the exit code as supervisor_run() does.
 */
int single_run(const struct single_config *config);

#endif
