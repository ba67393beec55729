#include "runtime/service/chain.h"

#include <stdlib.h>
#include <string.h>

#include <tomodachi/call.h>

#include "runtime/base/alloc.h"
#include "runtime/service/call.h"
#include "runtime/service/rows.h"

/*
 * How far one call has come.  Not a frame for each function: an exception of
 * C++ that passes through tomo_next() would leave a pointer to one behind.
 */
struct chain_place {
	const struct chain *chain;
	const struct chain_link *innermost;
	chain_judge_fn *judge;
	size_t depth;   /* of the function that runs */
	size_t reached; /* the deepest that has begun */
	int code;       /* of the last that has returned */
};

/* ---- the list ---- */

/* Cuts "a, b" into its names.  One that cannot be told is "middleware". */
static void
set_names(struct chain *chain, const char *functions)
{
	char *rest = NULL, *name;

	chain->names = xstrdup(functions != NULL ? functions : "");
	name = strtok_r(chain->names, ", ", &rest);
	for (size_t i = 0; i < chain->count; i++) {
		chain->links[i].function = name != NULL ? name : "middleware";
		if (name != NULL)
			name = strtok_r(NULL, ", ", &rest);
	}
}

int
chain_read(struct chain *chain, const struct tomo_middleware *middleware,
    struct error *err)
{
	if (middleware == NULL)
		return 0;
	if (middleware->size < sizeof(*middleware) || middleware->list == NULL)
		return error_set(
		    err, "no list: write it with TOMO_MIDDLEWARE()");
	if (!rows_tail_is_zero(
		middleware, sizeof(*middleware), middleware->size))
		return error_set(err,
		    "uses something newer than this runner: use a newer "
		    "runner");
	while (middleware->list[chain->count] != NULL)
		chain->count++;
	chain->links = xcalloc(chain->count + 1, sizeof(*chain->links));
	for (size_t i = 0; i < chain->count; i++)
		chain->links[i].fn = middleware->list[i];
	set_names(chain, middleware->functions);
	return 0;
}

void
chain_clear(struct chain *chain)
{
	free(chain->links);
	free(chain->names);
	*chain = (struct chain) { 0 };
}

/* ---- on the call's coroutine ---- */

static size_t
count(const struct chain_place *place)
{
	return place->chain != NULL ? place->chain->count : 0;
}

/* Answering a failure may fail at this or that, too: the first text stays. */
static void
have_judged(struct tomo_call *call, int code)
{
	struct chain_place *place = call->place;
	const bool is_handed_on = code < 0 && code == place->code;
	char *text = NULL;

	if (code < 0 && call->error != NULL)
		text = call_keep_text(call, call->error, strlen(call->error));
	/* Whoever answers a failure is in no middleware. */
	place->reached = count(place) + 1;
	place->judge(call, is_handed_on ? 0 : code);
	if (text != NULL)
		call_fail(call, code, "%s", text);
}

/* Runs the function one deeper, and has it judged. */
static int
step(struct tomo_call *call)
{
	struct chain_place *place = call->place;
	const char *outer = call->function;
	const size_t depth = place->depth + 1;
	const struct chain_link *link = depth <= count(place)
	    ? &place->chain->links[depth - 1]
	    : place->innermost;
	int code;

	place->depth = place->reached = depth;
	call->function = call->task.name = link->function;
	code = link->fn(call);
	place->depth = depth;
	have_judged(call, code);
	place->code = code;
	place->depth = depth - 1;
	call->function = call->task.name = outer;
	return code;
}

int
chain_run(struct tomo_call *call, const struct chain *chain,
    const struct chain_link *innermost, chain_judge_fn *judge)
{
	struct chain_place place = {
		.chain = chain, .innermost = innermost, .judge = judge
	};
	int code;

	call->place = &place;
	code = step(call);
	call->place = NULL;
	return code;
}

size_t
chain_depth(const struct tomo_call *call)
{
	return call->place != NULL ? call->place->depth : 0;
}

int
tomo_next(struct tomo_call *call)
{
	const struct chain_place *place = call->place;

	if (place == NULL || place->depth > count(place))
		return call_fail(
		    call, TOMO_EINVAL, "tomo_next: not in middleware");
	if (place->reached > place->depth)
		return call_fail(call, TOMO_EINVAL,
		    "tomo_next: what is inside runs only once");
	return step(call);
}
