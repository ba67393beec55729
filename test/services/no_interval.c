#include <tomodachi.h>

static int
run(struct tomo_call *call)
{
	(void)call;
	return 0;
}

TOMO_SERVICE(.name = "no_interval",
    .handlers = TOMO_HANDLERS(TOMO_SCHEDULE(NULL, run)));
