#include <tomodachi.h>

static int
run(struct tomo_call *call)
{
	(void)call;
	return 0;
}

TOMO_SERVICE(.name = "bad_zone",
    .handlers = TOMO_HANDLERS(TOMO_DAILY(run, .timezone = "Foo/Bar")));
