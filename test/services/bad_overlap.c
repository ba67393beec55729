#include <tomodachi.h>

static int
run(struct tomo_call *call)
{
	(void)call;
	return 0;
}

TOMO_SERVICE(.name = "bad_overlap",
    .handlers = TOMO_HANDLERS(TOMO_HEARTBEAT(run, .max_running = 2)));
