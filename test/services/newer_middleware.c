/* Built with a later header, of which its middleware uses something. */
#include <tomodachi.h>

static int
f(struct tomo_call *call)
{
	(void)call;
	return 0;
}

static const struct {
	struct tomo_middleware known;
	const void *later;
} newer = {
	.known = { .size = sizeof(newer),
	    .list = (tomo_fn *const[]) { f, NULL },
	    .functions = "f" },
	.later = "used",
};

TOMO_SERVICE(.name = "newer_middleware", .message_middleware = &newer.known);
