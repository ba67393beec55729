/* What the files of develop share, and nobody else sees. */
#ifndef RUNTIME_PROCESS_DEVELOP_PARTS_H
#define RUNTIME_PROCESS_DEVELOP_PARTS_H

#include <stdbool.h>

#include "runtime/process/develop.h"
#include "runtime/watch/watch.h"

struct event;
struct job;
struct made;
struct watch_plan;
struct workshop;

/* What a change means for one fleet; the last is the most. */
enum effect { EFFECT_NONE, EFFECT_RELOAD, EFFECT_BUILD };

/* A fleet and where its file comes from. */
struct member {
	struct fleet *fleet;
	char *file;      /* what is watched: the source, or the service file */
	struct job *job; /* NULL: others build it */
	bool anew;       /* to be reloaded even if the build changes nothing */
	enum effect due;
};

struct develop {
	const struct develop_config *config;
	struct workshop *workshop;
	struct job *command_job;
	struct member *members;
	unsigned nmembers;
	bool started, stopping;
	struct watch *watch;
	struct watch_plan *plan;
	struct made *made;
	struct event *renew_timer;
};

/* Events of the watch; arg is the develop. */
extern const struct watch_events develop_watch_events;

/* Reloads what another content has than was read last. */
void develop_catch_up(struct develop *develop);

#endif
