#include <stddef.h>

#include "cmd/check.h"
#include "cmd/help.h"
#include "cmd/options.h"
#include "cmd/run.h"
#include "cmd/symbolize.h"
#include "cmd/worker.h"

const struct subcommand subcommands[] = {
	{ "run", cmd_run, "run services until they are stopped" },
	{ "check", cmd_check, "load a service, validate it, print its rows" },
	{ "options", cmd_options, "print every option and its value" },
	{ "version", cmd_version, "print the version" },
	{ "help", cmd_help, "list the commands" },
	{ "worker", cmd_worker, NULL },
	{ "symbolize", cmd_symbolize, NULL },
	{ .name = NULL },
};
