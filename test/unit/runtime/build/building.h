/* A build on a loop of its own, in a temporary working folder and cache. */
#ifndef TEST_UNIT_RUNTIME_BUILD_BUILDING_H
#define TEST_UNIT_RUNTIME_BUILD_BUILDING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/build/build.h"
#include "runtime/build/recipe.h"
#include "test/unit/capture.h"
#include "test/unit/text_file.h"

static char tmp[] = "/tmp/build_test-XXXXXX";
static char home[1000];

/* The build of the moment, and what became of it. */
static struct event_base *base;
static struct event *child;
static struct build *build;
static bool is_done, is_ok;
static char line[1024];
static char *output;

static inline void
on_done(void *arg, bool ok, const char *text)
{
	(void)arg;
	assert_false(is_done);
	is_done = true;
	is_ok = ok;
	snprintf(line, sizeof(line), "%s", text != NULL ? text : "");
	build_free(build);
	build = NULL;
	event_base_loopbreak(base);
}

static inline void
on_child(evutil_socket_t number, short what, void *arg)
{
	pid_t pid;
	int status;

	(void)number, (void)what, (void)arg;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (build != NULL)
			build_reaped(build, pid, status);
}

static inline int
set_up(void **state)
{
	(void)state;
	strcpy(strrchr(tmp, '-'), "-XXXXXX");
	if (mkdtemp(tmp) == NULL || chdir(tmp) != 0)
		return -1;
	setenv("XDG_CACHE_HOME", tmp, 1);
	log_setup(LOG_DISABLED, TOMO_LOG_INFO);
	/* What a build leaves becomes our child, so that it can be seen. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	child = evsignal_new(base, SIGCHLD, on_child, NULL);
	return event_add(child, NULL);
}

static inline int
tear_down(void **state)
{
	char command[100];

	(void)state;
	event_free(child);
	event_base_free(base);
	free(output);
	output = NULL;
	snprintf(command, sizeof(command), "rm -rf '%s'", tmp);
	return system(command) == 0 && chdir(home) == 0 ? 0 : -1;
}

static inline void
start(const struct recipe *recipe)
{
	const struct build_plan plan = { .base = base,
		.environ = environ,
		.recipe = recipe,
		.done = on_done };
	struct error err = { "" };

	is_done = false;
	build = build_start(&plan, &err);
	assert_string_equal(err.text, "");
	assert_non_null(build);
}

/* Until the build is done, for a minute at most. */
static inline void
wait_done(void)
{
	const struct timeval deadline = { .tv_sec = 60 };

	event_base_loopexit(base, &deadline);
	event_base_dispatch(base);
	assert_true(is_done);
}

/* Runs the recipe; output is what came to standard error. */
static inline void
run(const struct recipe *recipe)
{
	struct capture capture;
	const int errors = capture_file();

	capture_begin(&capture, STDERR_FILENO, errors);
	start(recipe);
	wait_done();
	capture_end(&capture);
	free(output);
	output = capture_text(errors);
	close(errors);
}

/* The log of the recipe's last build is what was shown. */
static inline void
expect_log(const struct recipe *recipe)
{
	char *path = xasprintf("%s/" BUILD_LOG, recipe->folder);
	char *text = read_text(path);

	assert_string_equal(text, output);
	free(text);
	free(path);
}

#endif
