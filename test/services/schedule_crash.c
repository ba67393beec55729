/* A scheduled function that crashes. */
#include <stdlib.h>

#include <tomodachi.h>

static int
die(struct tomo_call *call)
{
	(void)call;
	abort();
}

TOMO_SERVICE(.name = "schedule_crash",
    .handlers = TOMO_HANDLERS(TOMO_SCHEDULE("every second", die)));
