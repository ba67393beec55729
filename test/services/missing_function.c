/* Calls what only a later runner will have. */
#include <tomodachi.h>

TOMO_API int tomo_future(struct tomo_call *call);

static int
f(struct tomo_call *call)
{
	return tomo_future(call);
}

TOMO_SERVICE(.name = "missing_function",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/", f)));
