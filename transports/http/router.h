/*
 * Which row answers a request: in the order of the table, the first whose
 * pattern and method match.  A literal-prefix trie picks the candidates.
 */
#ifndef TRANSPORTS_HTTP_ROUTER_H
#define TRANSPORTS_HTTP_ROUTER_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/base/error.h"
#include "transports/http/pattern.h"

struct router;

struct router *router_new(void);
void router_free(struct router *router);

/*
 * Adds a row.  methods: names in any case, separated by spaces or commas, or
 * "*" for all but CONNECT; GET also answers HEAD.  target is handed back by a
 * match.
 */
int router_add(struct router *router, const char *methods, const char *pattern,
    const void *target, struct error *err);

/* After the last row, before the first match. */
void router_freeze(struct router *router);

enum router_verdict {
	ROUTER_FOUND,
	ROUTER_NOT_FOUND,          /* 404 */
	ROUTER_METHOD_NOT_ALLOWED, /* 405 */
	ROUTER_LIMIT               /* the match limit was reached: 500 */
};

/* Only what the verdict says is filled in. */
struct route {
	const void *target; /* if found, like the next two */
	const struct pattern *pattern;
	struct pattern_match match;
	uint64_t allowed; /* if not allowed: for router_allow() */
};

/*
 * method is the llhttp_method number; path the percent-decoded path.  A method
 * is allowed if any row whose pattern matches has it.
 */
enum router_verdict router_match(const struct router *router, unsigned method,
    const char *path, size_t len, struct route *route);

enum { ROUTER_ALLOW_SIZE = 256 };

/* The value of Allow, "GET,HEAD,POST", in alphabetical order. */
void router_allow(uint64_t allowed, char out[ROUTER_ALLOW_SIZE]);

#endif
