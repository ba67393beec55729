/*
 * Middleware: functions around a handler, each of which runs what is inside of
 * it by tomo_next().  Knows no protocol.  Loop thread only.
 */
#ifndef RUNTIME_SERVICE_CHAIN_H
#define RUNTIME_SERVICE_CHAIN_H

#include <stddef.h>

#include <tomodachi/abi.h>

#include "runtime/base/error.h"

struct chain_link {
	tomo_fn *fn;
	const char *function; /* its name, for logs */
};

/* The middleware of a service, outermost first.  Zeroed it is empty. */
struct chain {
	struct chain_link *links;
	size_t count;
	char *names;
};

/*
 * Copies what the descriptor says (NULL is none).  Returns 0, or -1 with a line
 * that does not say which list it is; *chain is to be cleared either way.
 */
int chain_read(struct chain *chain, const struct tomo_middleware *middleware,
    struct error *err);
void chain_clear(struct chain *chain);

/*
 * What is said of each function that has returned, with its code, while
 * call->function is still its name: here a failure is logged and answered.  Of
 * a function that only hands on the failure that it got from inside the code is
 * 0: that was judged already, but there may be another answer now.
 */
typedef void chain_judge_fn(struct tomo_call *call, int code);

/*
 * Runs the middleware around innermost, on the call's coroutine.  Suspends.
 * chain may be NULL: innermost alone.  Returns the code of the outermost.
 */
int chain_run(struct tomo_call *call, const struct chain *chain,
    const struct chain_link *innermost, chain_judge_fn *judge);

/* How far inside the call is: 1 is the outermost, 0 outside of chain_run(). */
size_t chain_depth(const struct tomo_call *call);

#endif
