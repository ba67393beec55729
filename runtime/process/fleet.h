/*
 * All workers of one service file: a slot for each, restarts, the end.  Loop
 * thread only.
 */
#ifndef RUNTIME_PROCESS_FLEET_H
#define RUNTIME_PROCESS_FLEET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "runtime/base/error.h"
#include "runtime/base/uuid.h"
#include "runtime/process/backoff.h"
#include "runtime/process/reload.h"
#include "runtime/process/slot_state.h"
#include "runtime/service/elf.h"

struct child;
struct child_room;
struct copy;
struct copy_folder;
struct event;
struct fleet;

struct fleet_events {
	/* A first start failed: line is for the user. */
	void (*failed)(void *arg, struct fleet *fleet, const char *line);

	/* Each of its places has a worker that is open, for the first time. */
	void (*opened)(void *arg, struct fleet *fleet);

	/* A worker was opened whose watcher options are not the last one's. */
	void (*watcher)(void *arg, struct fleet *fleet);

	/* It was stopped, or has stopped itself, and no worker is left. */
	void (*ended)(void *arg, struct fleet *fleet);

	/* A worker of it ended with a code that is not 0, or a signal, and no
	 * restart was due. */
	void (*code)(void *arg, struct fleet *fleet, int code);
};

struct fleet_config {
	const char *file;
	const char *operand; /* what people call it: the file, or its source */
	unsigned workers;
	bool production;
	struct child_room *room;
	struct copy_folder *folder;
	const struct fleet_events *events;
	void *arg;
};

/* A worker's place. */
struct slot {
	struct fleet *fleet;
	unsigned number;
	enum slot_state state;
	struct child *current;   /* NULL while there is none */
	struct child *candidate; /* of a reload */
	struct backoff backoff;
	struct event *timer;
	bool was_open; /* some worker of it was, ever */
	unsigned held; /* id of a worker that is gone, whose sockets
	                          * wait for the next one; 0: none */
	char *why;     /* how the last one ended */
};

struct fleet {
	struct fleet_config config;
	const char *label; /* the operand without its folders */
	char uuid[UUID_SIZE];
	struct copy *copy;   /* of the generation that is open */
	unsigned generation; /* the last number given away */
	struct slot *slots;
	unsigned nslots;
	struct child *children; /* all that have not been reaped */
	struct reload reload;
	bool opened, stopping, ended;
	char *name;    /* NULL until a worker has named it */
	char *options; /* JSON, of the last worker that was open */
	char *watcher; /* likewise: options of the watcher */
	uint64_t hash; /* of the file when it was copied last; 0: unknown */
	struct timespec copied; /* when that was, of the wall clock */
};

struct fleet *fleet_new(const struct fleet_config *config);
void fleet_free(struct fleet *fleet); /* when it has ended, or never started */

/* The service's name, or the file's until it is known. */
const char *fleet_name(const struct fleet *fleet);

/* Whether the file can be a service: before any worker is started. */
int fleet_check(struct fleet *fleet, struct error *err);

/* Whether a worker of the service itself is open in each slot. */
bool fleet_is_well(const struct fleet *fleet);

/* Starts a worker in each slot; what fails later comes as an event. */
int fleet_start(struct fleet *fleet, struct error *err);

/* Stops all gracefully; the listening sockets close.  Once is enough. */
void fleet_stop(struct fleet *fleet);

/* Kills all workers; the run ends without waiting for them. */
void fleet_kill(struct fleet *fleet);

void fleet_reopen_logs(struct fleet *fleet);

/* Whether pid was one of its workers; it has ended with this status. */
bool fleet_reaped(struct fleet *fleet, pid_t pid, int status);

/*
 * For slot.c and reload.c.
 */

/* This worker has been opened. */
void fleet_opened(struct fleet *fleet, const struct child *child);

/* Looks at the file as it is now, without an effect. */
int fleet_validate(
    struct fleet *fleet, struct elf_facts *facts, struct error *err);

/* Copies the file as it is now, as the next generation. */
struct copy *fleet_copy(
    struct fleet *fleet, const struct elf_facts *facts, struct error *err);

/* Starts a worker for the slot; explain is for a stand-in. */
struct child *fleet_start_child(struct slot *slot, struct copy *copy,
    const char *explain, struct error *err);

#endif
