#include <tomodachi.h>

static int
bad(struct tomo_call *call)
{
	(void)call;
	return 0;
}

TOMO_SERVICE(.name = "bad_regex",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/a(b", bad)));
