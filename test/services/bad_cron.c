#include <tomodachi.h>

static int
run(struct tomo_call *call)
{
	(void)call;
	return 0;
}

TOMO_SERVICE(.name = "bad_cron",
    .handlers = TOMO_HANDLERS(TOMO_SCHEDULE("60 * * * *", run)));
