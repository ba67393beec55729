/* Pings, the end of peers that do not answer, and answers to closes. */
#ifndef TRANSPORTS_WEBSOCKET_KEEPALIVE_H
#define TRANSPORTS_WEBSOCKET_KEEPALIVE_H

#include "runtime/base/error.h"

struct ws_peer;
struct ws_server;

int keepalive_start(struct ws_server *server, struct error *err);
void keepalive_stop(struct ws_server *server);

/* The peer, one of its row from now on, is pinged each interval. */
void keepalive_add(struct ws_peer *peer);

/*
 * It was pinged: unless it is heard of in time (websocket.pong_timeout), it is
 * lost.
 */
void keepalive_expect(struct ws_peer *peer);
void keepalive_heard(struct ws_peer *peer);

/*
 * The peer has closed, behind messages that are not answered yet: its close is
 * answered in a second, if that has not been done.
 */
void keepalive_leave(struct ws_peer *peer);

/* Neither any more; it is none of its row's. */
void keepalive_remove(struct ws_peer *peer);

#endif
