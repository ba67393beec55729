/* Its size was forgotten. */
#include <tomodachi.h>

static int
f(struct tomo_call *call)
{
	(void)call;
	return 0;
}

static const struct tomo_http_spec spec = {
	.methods = "GET",
	.pattern = "/",
	.fn = f,
	.function = "f",
};

TOMO_SERVICE(.name = "short_spec",
    .handlers = TOMO_HANDLERS({ .kind = TOMO_KIND_HTTP, .spec = &spec }));
