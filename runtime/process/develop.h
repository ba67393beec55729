/*
 * What a change of files brings about while a service is developed: a build, a
 * reload, both, or nothing.  Without a watcher it builds and reloads when it is
 * told to.  Loop thread only.
 */
#ifndef RUNTIME_PROCESS_DEVELOP_H
#define RUNTIME_PROCESS_DEVELOP_H

#include <stdbool.h>
#include <sys/types.h>

#include "runtime/base/error.h"

struct develop;
struct event_base;
struct fleet;
struct options;

struct develop_config {
	struct event_base *base;
	char *const *environ;
	const char *command;        /* --build; NULL: none */
	const char *const *folders; /* --watch; empty: the working folder */
	bool watches;
	const struct options *options; /* until a worker names its own */

	/* The first builds are over: the files are there, or line says why
	 * not. */
	void (*built)(void *arg, const char *line);

	/* A build has ended after develop_stop(). */
	void (*stopped)(void *arg);
	void *arg;
};

/* The config must stay, but for options. */
struct develop *develop_new(const struct develop_config *config);
void develop_free(struct develop *develop);

/*
 * The service file for an operand of the command line: itself, or what its
 * source will be compiled to.  Lives as long as develop; NULL with one line.
 */
const char *develop_file(
    struct develop *develop, const char *operand, struct error *err);

/* The fleet of the operand that develop_file() was asked for last. */
void develop_add(struct develop *develop, struct fleet *fleet);

/* Begins to watch, and builds what is to be built; config->built follows, at once if it is nothing. */
void develop_start(struct develop *develop);

/* A fleet has other watcher options now. */
void develop_watch(struct develop *develop);

/* Builds all that is built, and reloads all; ends builds under way first. */
void develop_reload(struct develop *develop);

/* No more builds and reloads; whether builds have not ended yet. */
void develop_stop(struct develop *develop);
bool develop_is_busy(const struct develop *develop);

/* To be offered each child that was reaped; whether it was a build's. */
bool develop_reaped(struct develop *develop, pid_t pid, int status);

#endif
