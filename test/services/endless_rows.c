/* A handler table without an end. */
#include <tomodachi.h>

static const struct tomo_handler rows[] = {
	[0 ... 100000] = { .kind = TOMO_KIND_HTTP },
};

TOMO_SERVICE(.name = "endless_rows", .handlers = rows);
