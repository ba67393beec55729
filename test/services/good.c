/* Nothing is wrong with it; some of the bad files are made from it. */
#include <tomodachi.h>

static int
f(struct tomo_call *call)
{
	(void)call;
	return 0;
}

TOMO_SERVICE(.name = "good",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/a/{id}", f),
	TOMO_HTTP("GET POST", "/b", f, .timeout_ms = 1500),
	TOMO_HTTP_ERROR(404, f)));
