/*
 * What a service asks of the process around it: a worker under a supervisor, or
 * the foreground process of --no-supervisor.
 */
#ifndef RUNTIME_SERVICE_HOST_H
#define RUNTIME_SERVICE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct service;

/* A wish for a listening socket, and what happens with it later. */
struct listen_request {
	const char *host; /* NULL: all interfaces */
	uint16_t port;    /* 0: any free one */
	bool reuse_port;
	int backlog;

	/*
	 * The socket of another slot that has no worker now: accept from it too
	 * until it is taken back, then accept it empty and close it.  fd belongs
	 * to whoever is lent it.
	 */
	void (*lent)(void *arg, int fd, unsigned slot);
	void (*taken_back)(void *arg, unsigned slot);
	void *arg;
};

struct host {
	/*
	 * Gets a bound, listening, non-blocking socket and the port it really
	 * has.  Suspends, on the lifecycle's coroutine.  The fd belongs to the
	 * caller.  *request must outlive the service.  -1: one line that names
	 * host and port.
	 */
	int (*listen)(struct host *host, const struct listen_request *request,
	    int *fd, uint16_t *port, struct error *err);

	/* init has run and the options stand: name, grace period, watcher. */
	void (*named)(struct host *host, struct service *service);

	/* Everything is attached and start has run: service_open() may come. */
	void (*ready)(struct host *host);

	/* tomo_exit(): stop the whole service; code is the exit code. */
	void (*exit)(struct host *host, int code);

	/*
	 * The last word: the lifecycle is over.  code: 0, or 1 with the reason in
	 * line when the service failed to start (line is NULL otherwise).  The
	 * service may be freed once the loop has stopped, not in here.
	 */
	void (*ended)(struct host *host, int code, const char *line);
};

#endif
