/*
 * Where the options of a run come from, but for the service's own: config
 * files, environment, command line.  The same in supervisor and workers.
 */
#ifndef RUNTIME_PROCESS_SOURCES_H
#define RUNTIME_PROCESS_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct option_row;
struct options;

struct sources {
	const struct option_row *const *tables; /* for options_new() */
	const char *const *others;    /* TOMODACHI_* that are no options */
	const char *const *files;     /* --config, in order; NULL-ended */
	const char *const *arguments; /* --option, in order; NULL-ended */
	char *const *environ;
};

/*
 * The options with what all three say.  warn: unknown TOMODACHI_* variables are
 * logged, which one process of a run does.  NULL with one line.
 */
struct options *sources_read(
    const struct sources *sources, bool warn, struct error *err);

/* http.termination_grace_period_seconds and http.shutdown_delay_seconds. */
int64_t sources_grace_s(const struct options *options);
int64_t sources_delay_s(const struct options *options);

#endif
