#include <tomodachi.h>

static int
f(struct tomo_call *call)
{
	(void)call;
	return 0;
}

TOMO_SERVICE(.name = "empty_method",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("", "/", f)));
