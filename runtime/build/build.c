#include "runtime/build/build.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/base/clock.h"
#include "runtime/base/exit_status.h"
#include "runtime/base/folder.h"
#include "runtime/base/log.h"
#include "runtime/base/spawn.h"
#include "runtime/build/cache.h"
#include "runtime/build/headers.h"
#include "runtime/build/recipe.h"
#include "runtime/build/tee.h"

#define LOGGER "tomodachi.build"

#define LONG_AFTER_S 30 /* a record says that it still runs; and again */
#define LIMIT_MS (30 * 60 * 1000)
#define KILL_AFTER_S 1
#define LINGER_S 1 /* for the output, after the end of the process */

#define EXIT_NOT_FOUND 127 /* of a shell */

struct build {
	struct build_plan plan;
	char *run;    /* folder for what is not finished */
	char *output; /* in it, if the compiler writes there */
	struct tee *tee;
	struct event *timer; /* for what the state waits for */
	int64_t started_ms;
	pid_t pid;
	int status;
	bool stopped, reaped, over, is_done;
};

static void
set_timer(struct build *build, int seconds)
{
	const struct timeval after = { .tv_sec = seconds };

	event_add(build->timer, &after);
}

static int64_t
elapsed_ms(const struct build *build)
{
	return clock_ms() - build->started_ms;
}

/* ---- the end ---- */

/* What the process says of itself. */
static int
judge(const struct build *build, struct error *err)
{
	const struct recipe *recipe = build->plan.recipe;
	const int status = build->status;
	char how[32];

	if (build->stopped)
		return error_set(err, "%s: build stopped", recipe->name);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (recipe->missing != NULL && WIFEXITED(status) &&
	    WEXITSTATUS(status) == EXIT_NOT_FOUND)
		return error_set(err, "%s", recipe->missing);
	exit_status_describe(status, how, sizeof(how));
	if (WIFSIGNALED(status))
		return error_set(
		    err, "%s: build killed by %s", recipe->name, how);
	return error_set(err, "%s: build failed (%s)", recipe->name, how);
}

/* Puts the result where the service file is looked for. */
static int
install(const struct build *build, struct error *err)
{
	const struct recipe *recipe = build->plan.recipe;
	const char *made = build->output != NULL ? build->output
						 : recipe->result;

	if (access(made, F_OK) != 0)
		return error_set(err, "%s: the build did not make %s",
		    recipe->name, recipe->result);
	if (build->output != NULL && rename(made, recipe->result) != 0)
		return error_set(err, "%s: cannot make %s: %s", recipe->name,
		    recipe->result, strerror(errno));
	return 0;
}

static void
keep_log(const struct build *build)
{
	char *from = xasprintf("%s/" BUILD_LOG, build->run);
	char *to = xasprintf("%s/" BUILD_LOG, build->plan.recipe->folder);

	if (rename(from, to) != 0)
		log_record(LOGGER, TOMO_LOG_WARNING, "log not kept",
		    TOMO_LOG_STR("path", to),
		    TOMO_LOG_STR("error", strerror(errno)));
	if (tee_dropped(build->tee) > 0)
		log_record(LOGGER, TOMO_LOG_WARNING,
		    "output dropped: nobody read it",
		    TOMO_LOG_INT("bytes", (int64_t)tee_dropped(build->tee)),
		    TOMO_LOG_STR("path", to));
	free(from);
	free(to);
}

/* The build may be gone afterwards. */
static void
finish(struct build *build)
{
	const struct recipe *recipe = build->plan.recipe;
	struct error err;
	const bool ok = judge(build, &err) == 0 && install(build, &err) == 0;

	event_del(build->timer);
	build->is_done = true;
	keep_log(build);
	folder_remove(build->run);
	if (ok)
		log_record(LOGGER, TOMO_LOG_INFO, "built",
		    TOMO_LOG_STR("file", recipe->name),
		    TOMO_LOG_INT("elapsed_ms", elapsed_ms(build)));
	build->plan.done(build->plan.arg, ok, ok ? NULL : err.text);
}

static void
on_over(void *arg)
{
	struct build *build = arg;

	build->over = true;
	if (build->reaped)
		finish(build);
}

static void
kill_group(const struct build *build, int number)
{
	kill(-build->pid, number);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct build *build = arg;

	(void)fd, (void)what;
	if (build->reaped) {
		tee_end(build->tee);
		return;
	}
	if (build->stopped) {
		kill_group(build, SIGKILL);
		return;
	}
	if (elapsed_ms(build) >= LIMIT_MS) {
		build_stop(build);
		return;
	}
	log_record(LOGGER, TOMO_LOG_INFO, "still building",
	    TOMO_LOG_STR("file", build->plan.recipe->name),
	    TOMO_LOG_INT("elapsed_ms", elapsed_ms(build)),
	    TOMO_LOG_STR("hint", "SIGHUP ends it and builds anew"));
	set_timer(build, LONG_AFTER_S);
}

bool
build_reaped(struct build *build, pid_t pid, int status)
{
	if (build->reaped || pid != build->pid)
		return false;
	build->reaped = true;
	build->status = status;
	/* At once: later the number of the group may be another's. */
	if (build->stopped)
		kill_group(build, SIGKILL);
	set_timer(build, LINGER_S);
	if (build->over)
		finish(build);
	return true;
}

void
build_stop(struct build *build)
{
	if (build->is_done || build->stopped)
		return;
	build->stopped = true;
	if (!build->reaped) {
		kill_group(build, SIGTERM);
		set_timer(build, KILL_AFTER_S);
	} else if (!build->over) {
		/* The output is held, most likely by one of the group: so the
		 * group is there, and its number not another's. */
		kill_group(build, SIGKILL);
	}
}

/* ---- the beginning ---- */

/* Told to end, the shell waits for what it runs, which is told, too. */
#define WAITS "trap 'exit 143' TERM; "

static pid_t
spawn(const struct build *build, const char *include, int to, struct error *err)
{
	const struct recipe *recipe = build->plan.recipe;
	char *command = xasprintf(WAITS "%s", recipe->command);
	char *const argv[] = { "sh", "-c", command, "sh", recipe->source,
		(char *)include, build->output, NULL };
	const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	const struct spawn_fd fds[] = { { nothing, STDIN_FILENO },
		{ to, STDOUT_FILENO }, { to, STDERR_FILENO } };
	const struct spawn shell = { .path = "/bin/sh",
		.argv = argv,
		.environ = build->plan.environ,
		.fds = fds,
		.nfds = 3,
		.own_group = true };
	const pid_t pid = spawn_start(&shell, err);

	free(command);
	if (nothing >= 0)
		close(nothing);
	return pid;
}

/* Returns the end of the pipe to write to, or -1. */
static int
open_tee(struct build *build, struct error *err)
{
	char *path = xasprintf("%s/" BUILD_LOG, build->run);
	int ends[2] = { -1, -1 };
	const int file = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);

	if (file < 0 || pipe2(ends, O_CLOEXEC) != 0) {
		error_set(err, "%s: cannot build: %s: %s",
		    build->plan.recipe->name, file < 0 ? path : "pipe",
		    strerror(errno));
		if (file >= 0)
			close(file);
		free(path);
		return -1;
	}
	free(path);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	const int fds[2] = { [TEE_PIPE] = ends[0], [TEE_FILE] = file };
	build->tee = tee_new(build->plan.base, fds, on_over, build, err);
	if (build->tee != NULL)
		return ends[1];
	close(ends[1]);
	return -1;
}

static int
start(struct build *build, struct error *err)
{
	const struct recipe *recipe = build->plan.recipe;
	char *include = NULL;
	int to;

	build->timer = evtimer_new(build->plan.base, on_timer, build);
	if (build->timer == NULL)
		return error_set(err, "cannot make a timer");
	/* In /tmp somebody else may have made it anew. */
	if (cache_make(recipe->root, err) != 0)
		return -1;
	build->run = cache_run_new(recipe->folder, err);
	if (build->run == NULL)
		return -1;
	if (recipe->source != NULL) {
		build->output = xasprintf("%s/built.so", build->run);
		include = headers_write(recipe->root, err);
		if (include == NULL)
			return -1;
	}
	to = open_tee(build, err);
	if (to >= 0) {
		build->pid = spawn(build, include, to, err);
		close(to);
	}
	free(include);
	return to >= 0 && build->pid > 0 ? 0 : -1;
}

static void
record_start(const struct recipe *recipe)
{
	if (recipe->source != NULL)
		log_record(LOGGER, TOMO_LOG_INFO, "building",
		    TOMO_LOG_STR("file", recipe->name));
	else
		log_record(LOGGER, TOMO_LOG_INFO, "building",
		    TOMO_LOG_STR("file", recipe->name),
		    TOMO_LOG_STR("command", recipe->command));
}

struct build *
build_start(const struct build_plan *plan, struct error *err)
{
	struct build *build = xcalloc(1, sizeof(*build));

	build->plan = *plan;
	build->started_ms = clock_ms();
	if (start(build, err) != 0) {
		build_free(build);
		return NULL;
	}
	set_timer(build, LONG_AFTER_S);
	record_start(plan->recipe);
	return build;
}

void
build_free(struct build *build)
{
	if (build == NULL)
		return;
	if (build->pid > 0 && !build->reaped)
		kill_group(build, SIGKILL);
	tee_free(build->tee);
	if (build->timer != NULL)
		event_free(build->timer);
	if (build->run != NULL && !build->is_done)
		folder_remove(build->run);
	free(build->run);
	free(build->output);
	free(build);
}
