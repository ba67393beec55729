/* The options of HTTP. */
#ifndef TRANSPORTS_HTTP_OPTIONS_H
#define TRANSPORTS_HTTP_OPTIONS_H

#include "runtime/base/options.h"

extern const struct option_row http_options[];

#endif
