/* What a worker's service asks of the supervisor, over the connection. */
#ifndef RUNTIME_PROCESS_WORKER_HOST_H
#define RUNTIME_PROCESS_WORKER_HOST_H

#include <stdbool.h>

#include "runtime/base/error.h"
#include "runtime/process/serving.h"
#include "runtime/service/host.h"
#include "runtime/service/service.h"

struct control;
struct event;
struct worker_request;

struct worker {
	struct host host; /* first: the host is its worker */
	struct serving serving;
	struct control *control;
	struct event *terminated; /* SIGTERM */
	struct worker_request *requests;
	int64_t last_request;
	int code;
	bool gone;           /* the supervisor */
	struct json_t *told; /* to a stand-in */
};

/* Fills in the host and takes over fd, the connection; needs no loop yet. */
void worker_host_init(struct worker *worker, int fd);
void worker_host_clear(struct worker *worker);

/* Stops the service, and says so. */
void worker_stop(struct worker *worker, enum stop_kind kind);

/* The last words of a worker that could not start. */
void worker_give_up(struct worker *worker, const char *line);

#endif
