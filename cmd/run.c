#include "cmd/run.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/banner.h"
#include "cmd/common.h"
#include "runtime/base/alloc.h"
#include "runtime/build/recipe.h"
#include "runtime/process/single.h"
#include "runtime/process/supervisor.h"

#define EXIT_USAGE 2

struct request {
	struct common common; /* first */
	int64_t workers;
	bool production, no_supervisor, no_watch;
	const char *build;
	struct words services, folders;
};

static int
set_workers(void *target, const char *value, struct error *err)
{
	const struct args_bounds bounds = { "--workers", 1, 1024 };
	struct request *request = target;

	return args_number(&bounds, value, &request->workers, err);
}

static int
set_production(void *target, const char *value, struct error *err)
{
	struct request *request = target;

	(void)value, (void)err;
	request->production = true;
	return 0;
}

static int
set_no_supervisor(void *target, const char *value, struct error *err)
{
	struct request *request = target;

	(void)value, (void)err;
	request->no_supervisor = true;
	return 0;
}

static int
set_watch(void *target, const char *value, struct error *err)
{
	struct request *request = target;
	struct stat is;

	if (stat(value, &is) != 0)
		return error_set(err, "--watch %s: %s", value, strerror(errno));
	if (!S_ISDIR(is.st_mode))
		return error_set(err, "--watch %s: not a folder", value);
	words_add(&request->folders, value);
	return 0;
}

static int
set_no_watch(void *target, const char *value, struct error *err)
{
	struct request *request = target;

	(void)value, (void)err;
	request->no_watch = true;
	return 0;
}

static int
set_build(void *target, const char *value, struct error *err)
{
	struct request *request = target;

	(void)err;
	request->build = value;
	return 0;
}

static const struct args_flag flags[] = {
	{ "--workers", "N", set_workers,
	    "worker processes of each service; default 1" },
	{ "--production", NULL, set_production,
	    "restart what crashes; no watching, no banner" },
	{ "--watch", "DIR", set_watch,
	    "watch this folder, not the working one; may come again" },
	{ "--no-watch", NULL, set_no_watch, "do not reload on changes" },
	{ "--build", "CMD", set_build,
	    "shell command that builds the services" },
	{ "--no-supervisor", NULL, set_no_supervisor,
	    "one service in this process, for debuggers" },
	COMMON_FLAGS,
	{ .name = NULL },
};

static const struct args_command command = {
	.name = "run",
	.operands = "SERVICE...",
	.min = 1,
	.max = INT_MAX - 1,
	.help = "Runs services until they are stopped",
	.flags = flags,
};

static char *
join(const struct words *words)
{
	char *text = xstrdup("");

	for (size_t i = 0; i < words->count; i++) {
		char *longer = xasprintf(
		    "%s%s%s", text, i > 0 ? ", " : "", words->list[i]);
		free(text);
		text = longer;
	}
	return text;
}

/* Only now: a start that fails shows its one line and nothing else. */
static void
on_opened(void *arg)
{
	const struct request *request = arg;
	char *services = join(&request->services);
	char *process = xasprintf("%ld", (long)getpid());
	char *workers = request->workers == 1
	    ? NULL
	    : xasprintf("%lld", (long long)request->workers);
	const struct banner lines[] = {
		{ "tomodachi", VERSION },
		{ "services", services },
		{ "workers", workers },
		{ "process", process },
		{ NULL, NULL },
	};

	banner_print(lines);
	free(services);
	free(process);
	free(workers);
}

static int
run_supervisor(struct request *request)
{
	const struct supervisor_config config = {
		.files = words_list(&request->services),
		.workers = (unsigned)request->workers,
		.production = request->production,
		.watches = !request->production && !request->no_watch,
		.folders = words_list(&request->folders),
		.build = request->build,
		.sources = common_sources(&request->common),
		.arguments = words_list(&request->common.passed),
		.opened = request->production ? NULL : on_opened,
		.arg = request,
	};

	return supervisor_run(&config);
}

/* What says two things at once. */
static int
check(const struct request *request, struct error *err)
{
	if (request->folders.count == 0)
		return 0;
	if (request->production)
		return error_set(
		    err, "--watch: nothing is watched with --production");
	if (request->no_watch)
		return error_set(err, "--watch and --no-watch exclude another");
	return 0;
}

static int
run_single(const struct request *request)
{
	const struct single_config config = {
		.file = request->services.list[0],
		.sources = common_sources(&request->common),
	};

	if (request->build != NULL || recipe_is_source(config.file)) {
		fprintf(stderr,
		    "tomodachi run: --no-supervisor builds nothing: give it "
		    "a built service\n");
		return EXIT_USAGE;
	}
	if (request->services.count == 1 && request->workers == 1)
		return single_run(&config);
	fprintf(stderr,
	    "tomodachi run: --no-supervisor runs one service with "
	    "one worker\n");
	return EXIT_USAGE;
}

int
cmd_run(int argc, char **argv)
{
	struct request request = { .workers = 1 };
	struct error err;
	int operands, code;

	code = args_read(&command, &request, argc, argv, &operands);
	if (code != ARGS_GO_ON)
		goto end;
	code = EXIT_USAGE;
	if (check(&request, &err) != 0 ||
	    common_setup_log(&request.common, &err) != 0) {
		fprintf(stderr, "tomodachi run: %s\n", err.text);
		goto end;
	}
	for (int i = 1; i <= operands; i++)
		words_add(&request.services, argv[i]);
	code = request.no_supervisor ? run_single(&request)
				     : run_supervisor(&request);

end:
	words_clear(&request.services);
	words_clear(&request.folders);
	common_clear(&request.common);
	return code;
}
