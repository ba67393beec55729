#include <tomodachi.h>

TOMO_SERVICE(.name = "no_spec",
    .handlers = TOMO_HANDLERS({ .kind = TOMO_KIND_HTTP }));
