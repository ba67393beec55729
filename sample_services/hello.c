#include <tomodachi.h>

static int
hello(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "Hello, world!\n");
}

TOMO_SERVICE(.name = "hello",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/", hello)));
