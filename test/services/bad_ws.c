#include <tomodachi.h>

static int
echo(struct tomo_call *call)
{
	(void)call;
	return 0;
}

TOMO_SERVICE(.name = "bad_ws",
    .handlers = TOMO_HANDLERS(
	TOMO_WEBSOCKET("/", echo, .ping_interval_ms = -2)));
