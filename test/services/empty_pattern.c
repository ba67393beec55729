#include <tomodachi.h>

static int
f(struct tomo_call *call)
{
	(void)call;
	return 0;
}

TOMO_SERVICE(.name = "empty_pattern",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "", f)));
