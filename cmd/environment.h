/* What the environment says, read alike by all subcommands. */
#ifndef CMD_ENVIRONMENT_H
#define CMD_ENVIRONMENT_H

#include "runtime/base/error.h"
#include "runtime/base/options.h"

/*
 * TOMODACHI_* variables that are not options but are known: NULL-ended, for
 * options_set_environment().
 */
extern const char *const environment_others[];

/*
 * Puts in this process's environment; unknown variables are named on standard
 * error.
 */
int environment_set_options(struct options *options, struct error *err);

#endif
