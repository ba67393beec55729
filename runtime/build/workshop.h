/*
 * Where the service files of a run are built: a recipe for each, and at most
 * one build of each at a time.  Loop thread only.
 */
#ifndef RUNTIME_BUILD_WORKSHOP_H
#define RUNTIME_BUILD_WORKSHOP_H

#include <stdbool.h>
#include <sys/types.h>

struct event_base;
struct job;
struct recipe;
struct workshop;

struct workshop_config {
	struct event_base *base;
	char *const *environ;

	/* A build is over: ok, or a line that says why not.  It may ask for
	 * more, and must not free the workshop. */
	void (*done)(void *arg, struct job *job, bool ok, const char *line);
	void *arg;
};

struct workshop *workshop_new(const struct workshop_config *config);

/* Ends what is running. */
void workshop_free(struct workshop *workshop);

/* Takes over the recipe; the job lives as long as the workshop. */
struct job *workshop_add(struct workshop *workshop, struct recipe *recipe);

/* What the job makes. */
const char *job_result(const struct job *job);

/*
 * Builds it; if that is under way, once more after it.  done follows, even
 * from within if the build cannot be started.
 */
void job_build(struct job *job);

/* Whether it is being built, or waits to be. */
bool job_is_busy(const struct job *job);

/* Ends the build under way, if any, and builds anew. */
void job_restart(struct job *job);

/* Whether anything is being built. */
bool workshop_is_busy(const struct workshop *workshop);

/* Ends what is running; done follows. */
void workshop_stop(struct workshop *workshop);

/* To be offered each child that was reaped; whether it was a build's. */
bool workshop_reaped(struct workshop *workshop, pid_t pid, int status);

#endif
