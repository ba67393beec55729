#include <tomodachi.h>

static int
run(struct tomo_call *call)
{
	(void)call;
	return 0;
}

TOMO_SERVICE(.name = "bad_jitter",
    .handlers = TOMO_HANDLERS(TOMO_HEARTBEAT(run, .jitter_seconds = 1)));
