/*
 * Where the options of a run come from, but for the service's own: config
 * files, environment, command line.  The same in supervisor and workers.
 */
#ifndef RUNTIME_PROCESS_SOURCES_H
#define RUNTIME_PROCESS_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct options;

struct sources {
	const char *const *files;     /* --config, in order; NULL-ended */
	const char *const *arguments; /* --option, in order; NULL-ended */
	char *const *environ;
};

/* All options of runtime and transports, with their fallbacks. */
struct options *sources_options(void);

/*
 * Puts in all three.  warn: unknown TOMODACHI_* variables are logged, which one
 * process of a run does.  -1: one line.
 */
int sources_apply(const struct sources *sources, struct options *options,
    bool warn, struct error *err);

/* Seconds of http.termination_grace_period_seconds. */
int64_t sources_grace_s(const struct options *options);

#endif
