#include <tomodachi.h>

static int
f(struct tomo_call *call)
{
	(void)call;
	return 0;
}

static const size_t spec = sizeof(spec);

TOMO_SERVICE(.name = "unknown_kind",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/", f), TOMO_HTTP_ERROR(404, f),
	{ .kind = 9999, .spec = &spec }));
