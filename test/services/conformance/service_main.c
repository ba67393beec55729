/* The profiles without error rows: main, noka, limits, term, termnk. */
#include "test/services/conformance/rows.h"

TOMO_SERVICE(IDENTITY, .handlers = TOMO_HANDLERS(ROWS), HOOKS);
