#include "runtime/process/single.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/clock.h"
#include "runtime/base/exit_status.h"
#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/base/uuid.h"
#include "runtime/loop/loop.h"
#include "runtime/process/death.h"
#include "runtime/process/serving.h"
#include "runtime/process/signals.h"
#include "runtime/process/sockets.h"
#include "runtime/process/system.h"
#include "runtime/service/host.h"
#include "runtime/service/module.h"
#include "runtime/service/service.h"

#define LOGGER "tomodachi.runner"

#define EXIT_FAILED 1
#define EXIT_USAGE 2
#define EXIT_INTERRUPTED 130

struct single {
	struct host host; /* first: the host is its single */
	struct serving serving;
	struct signals *signals;
	int code; /* the first that is not 0 */
};

static int
complain(const char *line, int code)
{
	fprintf(stderr, "tomodachi: %s\n", line);
	return code;
}

/* ---- what the service asks ---- */

static int
listen_on(struct host *host, const struct listen_request *request, int *fd,
    uint16_t *port, struct error *err)
{
	const struct socket_wish wish = {
		.host = request->host,
		.port = request->port,
		.reuse_port = request->reuse_port,
		.backlog = request->backlog,
	};

	(void)host;
	return socket_listen(&wish, fd, port, err);
}

static void
named(struct host *host, struct service *service)
{
	(void)host;
	(void)service;
}

static void
ready(struct host *host)
{
	struct service *service = ((struct single *)host)->serving.service;

	service_open(service, clock_unix_us() / 1000);
	log_record(LOGGER, TOMO_LOG_INFO, "service started",
	    TOMO_LOG_STR("service", service_name(service)));
}

static void
exit_with(struct host *host, int code)
{
	struct single *single = (struct single *)host;

	if (single->code == 0)
		single->code = code & 255;
	service_stop(single->serving.service, STOP_DELAYED);
}

static void
ended(struct host *host, int code, const char *line)
{
	struct single *single = (struct single *)host;

	if (line != NULL)
		complain(line, code);
	if (single->code == 0)
		single->code = code;
	loop_stop(single->serving.loop);
}

/* ---- signals ---- */

static void
on_stop(void *arg, int number)
{
	struct single *single = arg;
	char name[24];

	if (single->serving.service->stop_by_ms != 0)
		return;
	exit_status_signal(number, name, sizeof(name));
	log_record(
	    LOGGER, TOMO_LOG_INFO, "stopping", TOMO_LOG_STR("signal", name));
	service_stop(single->serving.service, STOP_DELAYED);
}

static void
on_end(void *arg)
{
	(void)arg;
	_exit(EXIT_INTERRUPTED);
}

static void
on_reload(void *arg)
{
	(void)arg;
	log_write(LOGGER, TOMO_LOG_WARNING,
	    "SIGHUP ignored: there is no reload without a supervisor", NULL);
}

static void
on_reopen_logs(void *arg)
{
	struct single *single = arg;

	service_reopen_logs(single->serving.service);
}

static const struct signal_events signal_events = {
	.stop = on_stop,
	.end = on_end,
	.reload = on_reload,
	.reopen_logs = on_reopen_logs,
};

/* ---- life ---- */

/* Takes over options. */
static int
set_up(struct single *single, const struct single_config *config,
    struct options *options, struct error *err)
{
	const char *slash = strrchr(config->file, '/');
	char uuid[UUID_SIZE];
	struct serving_plan plan = {
		.host = &single->host, .uuid = uuid, .options = options
	};

	uuid_make(uuid);
	plan.module = module_open(
	    config->file, slash != NULL ? slash + 1 : config->file, err);
	if (plan.module == NULL ||
	    module_set_options(plan.module, options, err) != 0) {
		module_close(plan.module);
		options_free(options);
		return -1;
	}
	if (serving_init(&single->serving, &plan, err) != 0)
		return -1;
	single->signals = signals_new(
	    loop_base(single->serving.loop), &signal_events, single, err);
	return single->signals != NULL ? 0 : -1;
}

int
single_run(const struct single_config *config)
{
	struct single single = {
		.host = { .listen = listen_on,
		    .named = named,
		    .ready = ready,
		    .exit = exit_with,
		    .ended = ended },
	};
	struct options *options;
	struct error err;
	sigset_t all;

	system_prepare();
	options = sources_read(&config->sources, true, &err);
	if (options == NULL)
		return complain(err.text, EXIT_USAGE);
	if (set_up(&single, config, options, &err) == 0) {
		service_start(single.serving.service);
		loop_run(single.serving.loop);
	} else {
		single.code = complain(err.text, EXIT_FAILED);
	}
	/* It is ending already: another signal must not end it by default. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	signals_free(single.signals);
	const int code = single.code;
	serving_clear(&single.serving, code);
	return code;
}
