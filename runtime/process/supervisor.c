#include "runtime/process/supervisor.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/base/exit_status.h"
#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/process/child.h"
#include "runtime/process/copy.h"
#include "runtime/process/death.h"
#include "runtime/process/develop.h"
#include "runtime/process/fleet.h"
#include "runtime/process/signals.h"
#include "runtime/process/sockets.h"
#include "runtime/process/system.h"

#define LOGGER "tomodachi.supervisor"

#define EXIT_FAILED 1
#define EXIT_USAGE 2
#define EXIT_INTERRUPTED 130

struct supervisor {
	const struct supervisor_config *config;
	struct event_base *base;
	struct signals *signals;
	struct sockets sockets;
	struct copy_folder *folder;
	struct child_room room;
	struct options *options; /* but for those of services */
	struct develop_config develop_config;
	struct develop *develop;
	struct fleet **fleets;
	unsigned nfleets;
	int code;
	bool stopping;
};

/* Exactly one such line for a run that failed. */
static int
complain(const char *line, int code)
{
	fprintf(stderr, "tomodachi: %s\n", line);
	return code;
}

/* ---- the end ---- */

static void
stop_all(struct supervisor *supervisor)
{
	supervisor->stopping = true;
	develop_stop(supervisor->develop);
	for (unsigned i = 0; i < supervisor->nfleets; i++)
		fleet_stop(supervisor->fleets[i]);
}

static void
on_code(void *arg, struct fleet *fleet, int code)
{
	struct supervisor *supervisor = arg;

	(void)fleet;
	if (supervisor->code == 0)
		supervisor->code = code;
}

static void
on_failed(void *arg, struct fleet *fleet, const char *line)
{
	struct supervisor *supervisor = arg;

	(void)fleet;
	if (supervisor->stopping)
		return;
	complain(line, EXIT_FAILED);
	on_code(supervisor, fleet, EXIT_FAILED);
	stop_all(supervisor);
}

/* All services have ended, and builds. */
static void
end_if_over(void *arg)
{
	struct supervisor *supervisor = arg;

	for (unsigned i = 0; i < supervisor->nfleets; i++)
		if (!supervisor->fleets[i]->ended)
			return;
	if (!develop_is_busy(supervisor->develop))
		event_base_loopexit(supervisor->base, NULL);
}

static void
on_fleet_ended(void *arg, struct fleet *fleet)
{
	(void)fleet;
	end_if_over(arg);
}

static void
on_opened(void *arg, struct fleet *fleet)
{
	struct supervisor *supervisor = arg;

	(void)fleet;
	for (unsigned i = 0; i < supervisor->nfleets; i++)
		if (!supervisor->fleets[i]->opened)
			return;
	if (supervisor->config->opened != NULL)
		supervisor->config->opened(supervisor->config->arg);
}

static void
on_watcher(void *arg, struct fleet *fleet)
{
	struct supervisor *supervisor = arg;

	(void)fleet;
	develop_watch(supervisor->develop);
}

static const struct fleet_events fleet_events = {
	.opened = on_opened,
	.watcher = on_watcher,
	.failed = on_failed,
	.ended = on_fleet_ended,
	.code = on_code,
};

/* ---- signals ---- */

static void
on_stop(void *arg, int number)
{
	struct supervisor *supervisor = arg;
	char name[24];

	if (supervisor->stopping)
		return;
	exit_status_signal(number, name, sizeof(name));
	log_record(
	    LOGGER, TOMO_LOG_INFO, "stopping", TOMO_LOG_STR("signal", name));
	stop_all(supervisor);
}

static void
on_end(void *arg)
{
	struct supervisor *supervisor = arg;

	for (unsigned i = 0; i < supervisor->nfleets; i++)
		fleet_kill(supervisor->fleets[i]);
	supervisor->code = EXIT_INTERRUPTED;
	event_base_loopbreak(supervisor->base);
}

static void
on_reload(void *arg)
{
	struct supervisor *supervisor = arg;

	develop_reload(supervisor->develop);
}

static void
on_reopen_logs(void *arg)
{
	struct supervisor *supervisor = arg;

	for (unsigned i = 0; i < supervisor->nfleets; i++)
		fleet_reopen_logs(supervisor->fleets[i]);
}

static void
reaped(struct supervisor *supervisor, pid_t pid, int status)
{
	for (unsigned i = 0; i < supervisor->nfleets; i++)
		if (fleet_reaped(supervisor->fleets[i], pid, status))
			return;
	develop_reaped(supervisor->develop, pid, status);
}

/* Every child, so that orphans that process 1 adopts are reaped, too. */
static void
on_child(void *arg)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		reaped(arg, pid, status);
}

static const struct signal_events signal_events = {
	.stop = on_stop,
	.end = on_end,
	.reload = on_reload,
	.reopen_logs = on_reopen_logs,
	.child = on_child,
};

/* ---- the beginning ---- */

static bool
is_same_file(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 &&
	    first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Their sockets would be the same. */
static int
refuse_twins(const struct supervisor_config *config, struct error *err)
{
	for (unsigned i = 0; config->files[i] != NULL; i++)
		for (unsigned j = 0; j < i; j++)
			if (is_same_file(config->files[i], config->files[j]))
				return error_set(
				    err, "%s: given twice", config->files[i]);
	return 0;
}

/* What holds until a worker says otherwise; refuses bad options early. */
static int
read_options(struct supervisor *supervisor,
    const struct supervisor_config *config, struct error *err)
{
	supervisor->options = sources_read(&config->sources, true, err);
	if (supervisor->options == NULL)
		return -1;
	supervisor->room.start_timeout_s = options_int(
	    supervisor->options, "runtime.start_timeout");
	supervisor->room.grace_s = sources_grace_s(supervisor->options);
	return 0;
}

/* All files are looked at before any worker starts. */
static int
start_fleets(struct supervisor *supervisor, struct error *err)
{
	for (unsigned i = 0; i < supervisor->nfleets; i++)
		if (fleet_check(supervisor->fleets[i], err) != 0)
			return -1;
	for (unsigned i = 0; i < supervisor->nfleets; i++)
		if (fleet_start(supervisor->fleets[i], err) != 0)
			return -1;
	return 0;
}

static void
on_built(void *arg, const char *line)
{
	struct supervisor *supervisor = arg;
	struct error err;

	if (line == NULL && start_fleets(supervisor, &err) == 0)
		return;
	on_failed(supervisor, NULL, line != NULL ? line : err.text);
}

static void
set_up_develop(
    struct supervisor *supervisor, const struct supervisor_config *config)
{
	supervisor->develop_config = (struct develop_config) {
		.base = supervisor->base,
		.environ = config->sources.environ,
		.command = config->build,
		.folders = config->folders,
		.watches = config->watches,
		.options = supervisor->options,
		.built = on_built,
		.stopped = end_if_over,
		.arg = supervisor,
	};
	supervisor->develop = develop_new(&supervisor->develop_config);
}

static int
set_up(struct supervisor *supervisor, const struct supervisor_config *config,
    struct error *err)
{
	supervisor->base = event_base_new();
	if (supervisor->base == NULL)
		return error_set(err, "cannot make an event loop");
	supervisor->signals = signals_new(
	    supervisor->base, &signal_events, supervisor, err);
	if (supervisor->signals == NULL)
		return -1;
	supervisor->folder = copy_folder_new();
	supervisor->room.base = supervisor->base;
	supervisor->room.sockets = &supervisor->sockets;
	supervisor->room.arguments = config->arguments;
	supervisor->room.environ = config->sources.environ;
	set_up_develop(supervisor, config);
	return 0;
}

static int
add_fleet(struct supervisor *supervisor, const struct supervisor_config *config,
    const char *operand, struct error *err)
{
	const char *file = develop_file(supervisor->develop, operand, err);
	const struct fleet_config plan = {
		.file = file,
		.operand = operand,
		.workers = config->workers,
		.production = config->production,
		.room = &supervisor->room,
		.folder = supervisor->folder,
		.events = &fleet_events,
		.arg = supervisor,
	};
	struct fleet *fleet;

	if (file == NULL)
		return -1;
	fleet = fleet_new(&plan);
	supervisor->fleets = xrealloc(supervisor->fleets,
	    (supervisor->nfleets + 1) * sizeof(struct fleet *));
	supervisor->fleets[supervisor->nfleets++] = fleet;
	develop_add(supervisor->develop, fleet);
	return 0;
}

static int
make_fleets(struct supervisor *supervisor,
    const struct supervisor_config *config, struct error *err)
{
	for (unsigned i = 0; config->files[i] != NULL; i++)
		if (add_fleet(supervisor, config, config->files[i], err) != 0)
			return -1;
	return 0;
}

static void
tear_down(struct supervisor *supervisor)
{
	for (unsigned i = 0; i < supervisor->nfleets; i++)
		fleet_free(supervisor->fleets[i]);
	free(supervisor->fleets);
	develop_free(supervisor->develop);
	options_free(supervisor->options);
	sockets_clear(&supervisor->sockets);
	copy_folder_free(supervisor->folder);
	signals_free(supervisor->signals);
	if (supervisor->base != NULL)
		event_base_free(supervisor->base);
}

int
supervisor_run(const struct supervisor_config *config)
{
	struct supervisor supervisor = { .config = config };
	struct error err;

	system_prepare();
	if (refuse_twins(config, &err) != 0 ||
	    read_options(&supervisor, config, &err) != 0)
		return complain(err.text, EXIT_USAGE);
	if (set_up(&supervisor, config, &err) != 0 ||
	    make_fleets(&supervisor, config, &err) != 0) {
		supervisor.code = complain(err.text, EXIT_FAILED);
	} else {
		develop_start(supervisor.develop);
		event_base_dispatch(supervisor.base);
	}
	tear_down(&supervisor);
	return supervisor.code;
}
