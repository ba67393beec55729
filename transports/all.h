/* The transports that this runner has. */
#ifndef TRANSPORTS_ALL_H
#define TRANSPORTS_ALL_H

#include "runtime/base/options.h"

/* The tables of runtime and transports, NULL-ended, for options_new(). */
extern const struct option_row *const all_option_tables[];

#endif
