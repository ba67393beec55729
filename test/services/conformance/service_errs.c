/* The profile errs. */
#include "test/services/conformance/rows.h"

TOMO_SERVICE(IDENTITY, .handlers = TOMO_HANDLERS(ROWS, ERROR_ROWS), HOOKS);
