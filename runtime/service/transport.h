/*
 * The seam between runtime and transports.
 *
 * What a transport gives the worker, which knows it by nothing else.  All are
 * called on the loop thread.
 */
#ifndef RUNTIME_SERVICE_TRANSPORT_H
#define RUNTIME_SERVICE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/error.h"
#include "runtime/base/options.h"

struct http_upgrade;
struct service;
struct tomo_call;

/* A kind of row.  spec is never NULL and, padded with zeros, spec_size long. */
struct row_kind {
	uint64_t kind;    /* TOMO_KIND_*; 0 ends the table */
	const char *name; /* "TOMO_HTTP" */
	size_t spec_size;

	/* Refuses a spec that cannot work, without an effect; *err does not
	 * repeat which row it is. */
	int (*check)(const void *spec, struct error *err);

	/* One line for people: "GET /orders/{id}"; and the function's name. */
	void (*describe)(const void *spec, char *text, size_t size);
	const char *(*function)(const void *spec);

	/*
	 * What a call of this kind handles: "GET /orders/7"; may be NULL.  Runs in
	 * a crash handler, so it only reads memory.
	 */
	void (*handling)(const struct tomo_call *call, char *text, size_t size);

	/* What makes a row of this kind a route of the HTTP transport, whose
	 * seam it is; NULL for any other. */
	const struct http_upgrade *upgrade;
};

struct transport {
	const char *name;
	const struct row_kind *kinds;
	const struct option_row *options;

	/*
	 * Prepares the service's rows; nothing arrives yet.  On the lifecycle's
	 * coroutine; suspends while it asks for sockets.
	 */
	int (*attach)(struct service *service, struct error *err);

	/* Lets new work in. */
	void (*open)(struct service *service);

	/* Keeps new work out; what runs goes on. */
	void (*shut)(struct service *service);

	/* After shut: from now on what is idle need not keep the service from
	 * its end, once nothing else does; may be NULL. */
	void (*hasten)(struct service *service);

	/* The grace period is over: lets go of what is not a call; may be NULL. */
	void (*cut)(struct service *service);

	/* Lets go of everything, once the last call of this kind has ended. */
	void (*detach)(struct service *service);

	/* SIGUSR1: opens log files again; may be NULL. */
	void (*reopen)(struct service *service);

	/* One more line about a checked row, for "tomodachi check": what it will
	 * do, as things are now; may be NULL. */
	void (*forecast)(const void *spec, char *text, size_t size);
};

/* The NULL-ended list, set once by main() before anything else uses it. */
extern const struct transport *const *transports;

/* The transport of that kind of row, or NULL. */
const struct transport *transport_of(uint64_t kind);

/* The kind of row with that number, or NULL. */
const struct row_kind *transport_row_kind(uint64_t kind);

#endif
