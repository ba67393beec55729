#include "cmd/symbolize.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/args.h"
#include "runtime/base/alloc.h"
#include "runtime/process/symbols.h"

/* The worker waits no longer; and nobody else ends this process. */
#define LIMIT_S 2

static const struct args_flag flags[] = {
	{ .name = NULL },
};

static const struct args_command command = {
	.name = "symbolize",
	.operands = "PID LABEL COPY EXCEPTION GAP PC...",
	.min = 5,
	.max = INT_MAX - 1,
	.help = "Is started by \"tomodachi run\" after a crash",
	.flags = flags,
};

int
cmd_symbolize(int argc, char **argv)
{
	int operands;
	const int code = args_read(&command, NULL, argc, argv, &operands);
	struct symbols_plan plan = { .pid = 0 };
	uintptr_t *pcs;

	if (code != ARGS_GO_ON)
		return code;
	alarm(LIMIT_S);
	plan.pid = (pid_t)strtol(argv[1], NULL, 10);
	plan.label = argv[2];
	plan.copy = argv[3];
	plan.exception = argv[4];
	plan.gap = (int)strtol(argv[5], NULL, 10);
	plan.count = (size_t)operands - 5;
	pcs = xcalloc(plan.count + 1, sizeof(*pcs));
	for (size_t i = 0; i < plan.count; i++)
		pcs[i] = (uintptr_t)strtoull(argv[i + 6], NULL, 16);
	plan.pcs = pcs;
	symbols_print(&plan, stdout);
	free(pcs);
	return 0;
}
