/* The websocket side of one service: its rows, and the peers of each. */
#ifndef TRANSPORTS_WEBSOCKET_ROWS_H
#define TRANSPORTS_WEBSOCKET_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "runtime/base/error.h"
#include "transports/websocket/frames.h"
#include "transports/websocket/message.h"

struct alarm;
struct service;
struct tomo_websocket_spec;
struct ws_peer;
struct ws_server;

TAILQ_HEAD(ws_peers, ws_peer);

struct ws_row {
	const struct tomo_websocket_spec *spec;
	struct ws_server *server;
	struct ws_peers peers; /* by when they were last pinged */
	size_t count;
	int64_t ping_ms; /* 0: no pings */
	size_t max_message;
};

struct ws_server {
	struct service *service;
	struct ws_row *rows;
	size_t nrows;
	struct frame_pool frames;
	struct message_pool messages;
	struct ws_peers leavers; /* by when they left */
	struct ws_peers pinged;  /* of all rows, by when that was */
	int64_t pong_ms;
	struct alarm *alarm; /* of keepalive.c */
	int64_t alarm_ms;    /* when it rings; 0: it does not */
	const char *const *origins;
	size_t send_buffer;
	bool compression;
	uint16_t leaving; /* a stop has begun: what peers are told; or 0 */
};

struct ws_server *ws_server_new(struct service *service, struct error *err);
void ws_server_free(struct ws_server *server);

/* The row with that spec, or with that pattern; or NULL. */
struct ws_row *ws_row_of_spec(
    struct ws_server *server, const struct tomo_websocket_spec *spec);
struct ws_row *ws_row_of_pattern(struct ws_server *server, const char *pattern);

/* A stop: tells all peers; their handlers go on. */
void ws_server_leave(struct ws_server *server);

/* Sends a message to all peers that have room for it, and drops the others. */
int ws_row_broadcast(
    struct ws_row *row, unsigned opcode, const void *data, size_t len);

#endif
