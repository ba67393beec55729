#include "cmd/worker.h"

#include <limits.h>
#include <stdio.h>

#include "cmd/common.h"
#include "cmd/stand_in.h"
#include "runtime/process/worker.h"

#define EXIT_USAGE 2

struct request {
	struct common common; /* first */
	struct worker_config config;
	int64_t slot, supervisor;
};

static int
set_slot(void *target, const char *value, struct error *err)
{
	const struct args_bounds bounds = { "--slot", 0, 1023 };
	struct request *request = target;

	return args_number(&bounds, value, &request->slot, err);
}

static int
set_supervisor(void *target, const char *value, struct error *err)
{
	const struct args_bounds bounds = { "--supervisor", 1, INT_MAX };
	struct request *request = target;

	return args_number(&bounds, value, &request->supervisor, err);
}

static int
set_uuid(void *target, const char *value, struct error *err)
{
	struct request *request = target;

	(void)err;
	request->config.uuid = value;
	return 0;
}

static int
set_stand_in(void *target, const char *value, struct error *err)
{
	struct request *request = target;

	(void)value, (void)err;
	request->config.stand_in = &stand_in_service;
	return 0;
}

static const struct args_flag flags[] = {
	{ "--slot", "N", set_slot, "number of the worker" },
	{ "--supervisor", "PID", set_supervisor, "process that started it" },
	{ "--uuid", "UUID", set_uuid, "for a service without one" },
	{ "--stand-in", NULL, set_stand_in, "answer for a crashed service" },
	COMMON_FLAGS,
	{ .name = NULL },
};

static const struct args_command command = {
	.name = "worker",
	.operands = "NAME COPY",
	.min = 2,
	.max = 2,
	.help = "Is started by \"tomodachi run\", never by hand",
	.flags = flags,
};

static int
run(struct request *request, char **argv)
{
	struct error err;

	if (request->supervisor == 0 || request->config.uuid == NULL) {
		fprintf(stderr,
		    "tomodachi worker: only \"tomodachi run\" can "
		    "start it\n");
		return EXIT_USAGE;
	}
	if (common_setup_log(&request->common, &err) != 0) {
		fprintf(stderr, "tomodachi worker: %s\n", err.text);
		return EXIT_USAGE;
	}
	request->config.label = argv[1];
	request->config.path = argv[2];
	request->config.slot = (unsigned)request->slot;
	request->config.supervisor = (pid_t)request->supervisor;
	request->config.sources = common_sources(&request->common);
	return worker_run(&request->config);
}

int
cmd_worker(int argc, char **argv)
{
	struct request request = { .slot = 0 };
	int operands;
	int code = args_read(&command, &request, argc, argv, &operands);

	if (code == ARGS_GO_ON)
		code = run(&request, argv);
	common_clear(&request.common);
	return code;
}
