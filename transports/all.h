/* The transports that this runner has. */
#ifndef TRANSPORTS_ALL_H
#define TRANSPORTS_ALL_H

#include "runtime/base/options.h"
#include "runtime/service/transport.h"

/* The tables of runtime and transports, NULL-ended, for options_new(). */
extern const struct option_row *const all_option_tables[];

/* All of them, NULL-ended; what main() sets transports to. */
extern const struct transport *const all_transports[];

#endif
