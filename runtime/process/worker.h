/* A worker: one process that runs one generation of one service. */
#ifndef RUNTIME_PROCESS_WORKER_H
#define RUNTIME_PROCESS_WORKER_H

#include <stdbool.h>
#include <sys/types.h>

#include "runtime/process/sources.h"

struct tomo_service;

/* The number of the control connection in a worker. */
#define WORKER_CONTROL_FD 3

struct worker_config {
	const char *path;  /* the private copy of the service file */
	const char *label; /* what people know it by */
	const char *uuid;  /* for a service without one */
	unsigned slot;
	pid_t supervisor; /* its process */
	struct sources sources;

	/*
	 * Not NULL: serve this descriptor instead of the file.  Its name, and
	 * options instead of the sources, come by a control message; so does
	 * the explanation, which is the service's state (tomo_state()).
	 */
	const struct tomo_service *stand_in;
};

/* Runs until the service has ended; returns the process's exit code. */
int worker_run(const struct worker_config *config);

#endif
