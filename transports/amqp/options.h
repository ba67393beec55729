/* The options of AMQP. */
#ifndef TRANSPORTS_AMQP_OPTIONS_H
#define TRANSPORTS_AMQP_OPTIONS_H

#include "runtime/base/options.h"

extern const struct option_row amqp_options[];

#endif
