/* Calls a function of a library that it was not linked with. */
#include <tomodachi.h>

int frobnicate(void);

static int
f(struct tomo_call *call)
{
	(void)call;
	return frobnicate();
}

TOMO_SERVICE(.name = "missing_symbol",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/", f)));
