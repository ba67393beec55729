/* The files of a folder: what a TOMO_HTTP_STATIC row is at work. */
#ifndef TRANSPORTS_HTTP_STATIC_H
#define TRANSPORTS_HTTP_STATIC_H

#include <tomodachi/abi.h>

#include "runtime/base/error.h"

struct http_request;

struct static_route {
	struct tomo_http_spec spec; /* first: what the router leads to */
	const struct tomo_http_static_spec *row;
	char *pattern; /* of the path, with a part "filename" */
	struct static_route *next;
};

/* Takes the row as checked; NULL if its folder is not there. */
struct static_route *static_route_new(
    const struct tomo_http_static_spec *row, struct error *err);
void static_route_free(struct static_route *route);

/* The pattern that the base of a row stands for.  The caller frees it. */
char *static_pattern(const char *base);

/*
 * Answers a request whose row it is, without waiting.  Returns 0, or the error
 * status to raise.
 */
int static_answer(struct http_request *request);

/* The same as a handler, where something runs around it. */
int static_run(struct tomo_call *call);

#endif
