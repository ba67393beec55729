#include "runtime/process/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <jansson.h>

#include "runtime/base/options.h"
#include "runtime/loop/loop.h"
#include "runtime/process/control.h"
#include "runtime/process/copy.h"
#include "runtime/process/crash.h"
#include "runtime/process/system.h"
#include "runtime/process/worker_host.h"
#include "runtime/service/module.h"
#include "runtime/service/service.h"

/* The supervisor sends it before anything else. */
#define EXPLAIN_WITHIN_MS 5000

/* A terminal sends these to the whole group; the supervisor decides. */
static void
ignore_signals(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
}

/* Of one that came before the loop could take it, and whose child we are. */
static volatile sig_atomic_t was_terminated;
static pid_t parent;

/* Without a parent nobody would end a constructor that hangs. */
static void
note_terminated(int number)
{
	(void)number;
	if (getppid() != parent)
		_exit(1);
	was_terminated = 1;
}

/*
 * From the first moment on, so that a SIGTERM to the whole group is no death of
 * a worker.  A handler, not a mask: what the service starts while it is loaded
 * would inherit that.
 */
static void
note_sigterm(pid_t supervisor)
{
	const struct sigaction action = { .sa_handler = note_terminated,
		.sa_flags = SA_RESTART };

	parent = supervisor;
	sigaction(SIGTERM, &action, NULL);
}

static void
on_terminated(evutil_socket_t number, short what, void *arg)
{
	(void)number;
	(void)what;
	worker_stop(arg, STOP_DELAYED);
}

static int
attach(struct worker *worker, struct error *err)
{
	struct event_base *base = loop_base(worker->serving.loop);

	if (control_attach(worker->control, base, err) != 0)
		return -1;
	worker->terminated = evsignal_new(base, SIGTERM, on_terminated, worker);
	if (worker->terminated == NULL ||
	    event_add(worker->terminated, NULL) != 0)
		return error_set(err, "cannot watch SIGTERM");
	if (was_terminated)
		event_active(worker->terminated, EV_SIGNAL, 1);
	return 0;
}

/* The service file, with the supervisor knowing when its code runs. */
static struct module *
load(struct worker *worker, const struct worker_config *config,
    struct options *options, struct error *err)
{
	struct module *module;

	crash_install(WORKER_CONTROL_FD);
	control_say(worker->control, CONTROL_LOADING, 0, 0);
	module = module_open(config->path, config->label, err);
	control_say(worker->control, CONTROL_LOADED, 0, 0);
	if (module == NULL)
		return NULL;
	if (module_set_options(module, options, err) == 0)
		return module;
	module_close(module);
	return NULL;
}

static struct options *
told_options(const struct worker *worker, const struct worker_config *config,
    struct error *err)
{
	struct options *options = options_new(config->sources.tables);
	char *text = json_dumps(json_object_get(worker->told, "options"), 0);

	if (text != NULL &&
	    options_set_json(
		options, "the crashed worker", text, strlen(text), err) == 0) {
		free(text);
		return options;
	}
	if (text == NULL)
		error_set(err, "the stand-in was told no options");
	free(text);
	options_free(options);
	return NULL;
}

/* The stand-in's descriptor under the name of the service it stands for. */
static struct module *
stand_in(struct worker *worker, const struct worker_config *config,
    struct error *err)
{
	static struct tomo_service descriptor;

	descriptor = *config->stand_in;
	descriptor.name = json_string_value(
	    json_object_get(worker->told, "name"));
	return module_from(&descriptor, err);
}

static int
serve_stand_in(struct worker *worker, const struct worker_config *config,
    struct serving_plan *plan, struct error *err)
{
	if (control_wait(worker->control, EXPLAIN_WITHIN_MS) != 0 ||
	    worker->told == NULL)
		return error_set(err, "the stand-in was told nothing");
	plan->options = told_options(worker, config, err);
	if (plan->options == NULL)
		return -1;
	plan->module = stand_in(worker, config, err);
	if (plan->module == NULL) {
		options_free(plan->options);
		return -1;
	}
	control_say(worker->control, CONTROL_LOADED, 0, 0);
	return serving_init(&worker->serving, plan, err);
}

static int
serve_file(struct worker *worker, const struct worker_config *config,
    struct serving_plan *plan, struct error *err)
{
	plan->options = sources_read(&config->sources, false, err);
	if (plan->options == NULL)
		return -1;
	plan->module = load(worker, config, plan->options, err);
	if (plan->module == NULL) {
		options_free(plan->options);
		return -1;
	}
	if (serving_init(&worker->serving, plan, err) != 0)
		return -1;
	crash_set_service(worker->serving.service);
	return 0;
}

static int
set_up(struct worker *worker, const struct worker_config *config,
    struct error *err)
{
	struct serving_plan plan = { .host = &worker->host,
		.uuid = config->uuid,
		.slot = config->slot };
	const int failed = config->stand_in != NULL
	    ? serve_stand_in(worker, config, &plan, err)
	    : serve_file(worker, config, &plan, err);

	if (failed != 0 || attach(worker, err) != 0)
		return -1;
	if (worker->told != NULL)
		worker->serving.service->user_state = (void *)json_string_value(
		    json_object_get(worker->told, "line"));
	return 0;
}

int
worker_run(const struct worker_config *config)
{
	struct worker worker = { .code = 0 };
	struct error err;
	sigset_t all;

	note_sigterm(config->supervisor);
	ignore_signals();
	/* What the service starts itself gets neither. */
	system_prepare();
	if (!system_end_with(config->supervisor))
		return 1;
	worker_host_init(&worker, WORKER_CONTROL_FD);
	if (set_up(&worker, config, &err) == 0) {
		service_start(worker.serving.service);
		loop_run(worker.serving.loop);
	} else {
		worker_give_up(&worker, err.text);
	}
	/* It is ending already: another signal must not end it by default. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if (worker.terminated != NULL)
		event_free(worker.terminated);
	const int code = worker.code;
	worker_host_clear(&worker);
	serving_clear(&worker.serving, code);
	/* Held the name of the service until now. */
	json_decref(worker.told);
	return code;
}
