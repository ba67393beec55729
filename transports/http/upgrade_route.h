/* Rows of other transports as routes, and the small calls that run them. */
#ifndef TRANSPORTS_HTTP_UPGRADE_ROUTE_H
#define TRANSPORTS_HTTP_UPGRADE_ROUTE_H

#include <stdbool.h>

#include <tomodachi/abi.h>

#include "runtime/base/error.h"

struct http_request;
struct http_server;
struct http_upgrade;
struct row_kind;
struct tomo_call;

struct upgrade_route {
	struct tomo_http_spec spec; /* first: what the router leads to */
	const struct http_upgrade *upgrade;
	const void *row;
	struct upgrade_route *next;
};

/* Adds a row whose kind has an upgrade; all are freed together. */
int upgrade_route_add(struct http_server *server, const struct row_kind *kind,
    const void *row, struct error *err);
void upgrade_route_free_all(struct http_server *server);

/* Whether the request, not refused so far, is for such a row. */
bool upgrade_route_is(const struct http_request *request);

/* A call that is to run the request in the place of the one it is in. */
struct tomo_call *upgrade_route_call(struct http_request *request);

/*
 * On the coroutine of that call: moves its request to *here, on the stack, and
 * its texts to the call; the old call ends.  Later what is left of it is put
 * where on_end can still look at it.
 */
void upgrade_route_enter(struct tomo_call *call, struct http_request *here);
void upgrade_route_leave(struct tomo_call *call);

#endif
