/*
 * A loop with one service on it: what a worker and a process without a
 * supervisor have in common.
 */
#ifndef RUNTIME_PROCESS_SERVING_H
#define RUNTIME_PROCESS_SERVING_H

#include "runtime/base/error.h"

struct host;
struct loop;
struct module;
struct options;
struct service;
struct stall;

struct serving {
	struct loop *loop;
	struct service *service;
	struct stall *stall;
};

struct serving_plan {
	struct module *module;   /* taken over, also on failure */
	struct options *options; /* likewise */
	struct host *host;
	const char *uuid;
	unsigned slot;
};

/* Makes the loop and the service; nothing of it runs yet. */
int serving_init(struct serving *serving, const struct serving_plan *plan,
    struct error *err);

/*
 * Ends the process's use of them.  If the service left something running, the
 * process ends here with that code, since what runs may use anything.
 */
void serving_clear(struct serving *serving, int code);

#endif
