/* Routes that look at patterns and methods. */
#include "test/services/conformance/answer.h"
#include "test/services/conformance/rows.h"

/* A handler whose whole answer is a word. */
#define WORD(name, word) \
	int name(struct tomo_call *call) \
	{ \
		return plain(call, 200, word); \
	}

WORD(deleted, "deleted")
WORD(purged, "purged")
WORD(lower, "lower")
WORD(slash, "slash")
WORD(noslash, "noslash")
WORD(withslash, "withslash")
WORD(first, "first")
WORD(second, "second")
WORD(special, "special")
WORD(split_get, "split get")
WORD(split_post, "split post")
WORD(anchored, "anchored")
WORD(dot, "dot")
WORD(alternative, "alt")

static const char *
part(struct tomo_call *call, const char *name)
{
	const char *value = tomo_http_param(call, name);

	return value != NULL ? value : "-";
}

int
item(struct tomo_call *call)
{
	return plain(call, 200, tomo_printf(call, "item %s", part(call, "id")));
}

int
item_name(struct tomo_call *call)
{
	return plain(call, 200,
	    tomo_printf(
		call, "item %s name %s", part(call, "id"), part(call, "name")));
}

int
optional(struct tomo_call *call)
{
	return plain(call, 200,
	    tomo_printf(call, "a=%s b=%s", part(call, "a"), part(call, "b")));
}

int
keyword(struct tomo_call *call)
{
	return plain(
	    call, 200, tomo_printf(call, "a=%s b=default", part(call, "a")));
}

int
inject(struct tomo_call *call)
{
	const char *value = tomo_get(call, "injected");

	return plain(call, 200,
	    tomo_printf(call, "injected=%s", value != NULL ? value : "no"));
}

int
multi(struct tomo_call *call)
{
	return plain(call, 200, tomo_http_method(call));
}

int
any(struct tomo_call *call)
{
	return plain(
	    call, 200, tomo_printf(call, "any %s", tomo_http_method(call)));
}

int
over(struct tomo_call *call)
{
	return plain(call, 200, tomo_printf(call, "any:%s", part(call, "x")));
}
