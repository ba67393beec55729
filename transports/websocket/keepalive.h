/* Pings, and the end of peers that do not answer. */
#ifndef TRANSPORTS_WEBSOCKET_KEEPALIVE_H
#define TRANSPORTS_WEBSOCKET_KEEPALIVE_H

#include "runtime/base/error.h"

struct ws_peer;
struct ws_server;

int keepalive_start(struct ws_server *server, struct error *err);
void keepalive_stop(struct ws_server *server);

/*
 * The peer, one of its row from now on, is pinged each interval; if nothing has
 * come from it by the next ping it is gone.
 */
void keepalive_add(struct ws_peer *peer);

#endif
