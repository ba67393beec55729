/* The HTTP transport. */
#ifndef TRANSPORTS_HTTP_HTTP_H
#define TRANSPORTS_HTTP_HTTP_H

#include "runtime/service/transport.h"

extern const struct transport http_transport;

#endif
