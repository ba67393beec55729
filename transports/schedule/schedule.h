/* Scheduled functions, as the worker sees them. */
#ifndef TRANSPORTS_SCHEDULE_SCHEDULE_H
#define TRANSPORTS_SCHEDULE_SCHEDULE_H

#include "runtime/service/transport.h"

extern const struct transport schedule_transport;

#endif
