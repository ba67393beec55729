/* The profile mw. */
#include "test/services/conformance/rows.h"

TOMO_SERVICE(IDENTITY, .handlers = TOMO_HANDLERS(ROWS, ERROR_ROWS),
    .http_middleware = TOMO_MIDDLEWARE(outer, middle, inner), HOOKS);
