/* The websocket transport. */
#ifndef TRANSPORTS_WEBSOCKET_WEBSOCKET_H
#define TRANSPORTS_WEBSOCKET_WEBSOCKET_H

#include "runtime/service/transport.h"

extern const struct transport websocket_transport;

#endif
