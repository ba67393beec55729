/* A row that asks for something of a later header. */
#include <tomodachi.h>

static int
f(struct tomo_call *call)
{
	(void)call;
	return 0;
}

struct newer {
	struct tomo_http_spec known;
	uint64_t later;
};

static const struct newer spec = {
	.known = {
		.size = sizeof(struct newer),
		.methods = "GET",
		.pattern = "/",
		.fn = f,
		.function = "f",
	},
	.later = 1,
};

TOMO_SERVICE(.name = "newer_spec",
    .handlers = TOMO_HANDLERS({ .kind = TOMO_KIND_HTTP, .spec = &spec }));
