#include <tomodachi.h>

TOMO_SERVICE(.name = "short_middleware",
    .http_middleware = &(const struct tomo_middleware) { .size = 8 });
