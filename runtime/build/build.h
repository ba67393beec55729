/*
 * One run of a build: a child process on the supervisor's loop, with a process
 * group of its own and nothing to read.  What it writes goes to our standard
 * error as it is, and to the log.  Loop thread only.
 */
#ifndef RUNTIME_BUILD_BUILD_H
#define RUNTIME_BUILD_BUILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "runtime/base/error.h"

struct build;
struct event_base;
struct recipe;

/* ok, or a line that says why not, valid during the call. */
typedef void build_done_fn(void *arg, bool ok, const char *line);

struct build_plan {
	struct event_base *base;
	char *const *environ;
	const struct recipe *recipe; /* must outlive the build */
	build_done_fn *done;
	void *arg;
};

/* The file in the recipe's folder that keeps what the last build wrote. */
#define BUILD_LOG "build.log"

/*
 * Starts the build; NULL with one line if it cannot.  The plan is copied.  done
 * is called once, when the process is reaped and its output at the end, or one
 * second later if another process holds that; the result is then in place, or
 * is still what it was.  It may call build_free().
 */
struct build *build_start(const struct build_plan *plan, struct error *err);

/*
 * To be offered each child that was reaped; returns whether it was this
 * build's.  May call done.
 */
bool build_reaped(struct build *build, pid_t pid, int status);

/*
 * Ends the whole group: SIGTERM, and SIGKILL after one second or when the first
 * process has gone.  done is still called, later: not ok.
 */
void build_stop(struct build *build);

/* Kills what is still running; then done is not called. */
void build_free(struct build *build);

#endif
