/* Linked with a library that is not there when it is loaded. */
#include <tomodachi.h>

int absent(void);

static int
f(struct tomo_call *call)
{
	(void)call;
	return absent();
}

TOMO_SERVICE(.name = "missing_library",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/", f)));
