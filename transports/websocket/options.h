/* The options of websockets. */
#ifndef TRANSPORTS_WEBSOCKET_OPTIONS_H
#define TRANSPORTS_WEBSOCKET_OPTIONS_H

#include "runtime/base/options.h"

extern const struct option_row websocket_options[];

#endif
