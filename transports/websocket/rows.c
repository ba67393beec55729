#include "transports/websocket/rows.h"

#include <stdlib.h>
#include <string.h>

#include <tomodachi/abi.h>

#include "runtime/base/alloc.h"
#include "runtime/base/buffer.h"
#include "runtime/base/options.h"
#include "runtime/service/module.h"
#include "runtime/service/service.h"
#include "runtime/service/transport.h"
#include "transports/websocket/keepalive.h"
#include "transports/websocket/peer.h"

#define GOING_AWAY 1001
#define SERVICE_RESTART 1012

static void
set_up(struct ws_row *row, struct ws_server *server,
    const struct tomo_websocket_spec *spec)
{
	const struct options *options = server->service->options;

	row->spec = spec;
	row->server = server;
	TAILQ_INIT(&row->peers);
	row->max_message = spec->max_message_size > 0
	    ? (size_t)spec->max_message_size
	    : (size_t)options_int(options, "websocket.max_message_size");
	row->ping_ms = spec->ping_interval_ms == 0
	    ? 1000 * options_int(options, "websocket.ping_interval")
	    : spec->ping_interval_ms;
	if (row->ping_ms < 0)
		row->ping_ms = 0;
}

static void
add_rows(struct ws_server *server)
{
	const struct module *module = server->service->module;

	server->rows = xcalloc(module_rows(module) + 1, sizeof(*server->rows));
	for (size_t i = 0; i < module_rows(module); i++) {
		const struct row_kind *kind;
		const void *spec = module_spec(module, i, &kind);

		if (kind->kind == TOMO_KIND_WEBSOCKET)
			set_up(&server->rows[server->nrows++], server, spec);
	}
}

struct ws_server *
ws_server_new(struct service *service, struct error *err)
{
	struct ws_server *server = xcalloc(1, sizeof(*server));
	const struct options *options = service->options;

	server->service = service;
	TAILQ_INIT(&server->leavers);
	TAILQ_INIT(&server->pinged);
	server->pong_ms = 1000 * options_int(options, "websocket.pong_timeout");
	server->origins = options_list(options, "websocket.allowed_origins");
	server->send_buffer = (size_t)options_int(
	    options, "websocket.send_buffer");
	server->compression = options_bool(options, "websocket.compression");
	add_rows(server);
	if (keepalive_start(server, err) == 0)
		return server;
	ws_server_free(server);
	return NULL;
}

void
ws_server_free(struct ws_server *server)
{
	if (server == NULL)
		return;
	keepalive_stop(server);
	frame_pool_clear(&server->frames);
	message_pool_clear(&server->messages);
	free(server->rows);
	free(server);
}

struct ws_row *
ws_row_of_spec(struct ws_server *server, const struct tomo_websocket_spec *spec)
{
	for (size_t i = 0; i < server->nrows; i++)
		if (server->rows[i].spec == spec)
			return &server->rows[i];
	return NULL;
}

struct ws_row *
ws_row_of_pattern(struct ws_server *server, const char *pattern)
{
	for (size_t i = 0; i < server->nrows; i++)
		if (strcmp(server->rows[i].spec->pattern, pattern) == 0)
			return &server->rows[i];
	return NULL;
}

void
ws_server_leave(struct ws_server *server)
{
	struct ws_peer *peer;

	server->leaving = server->service->reloading ? SERVICE_RESTART
						     : GOING_AWAY;
	for (size_t i = 0; i < server->nrows; i++)
		TAILQ_FOREACH(peer, &server->rows[i].peers, peers)
	peer_close(peer, server->leaving, "");
}

int
ws_row_broadcast(
    struct ws_row *row, unsigned opcode, const void *data, size_t len)
{
	struct buffer frame = { 0 };
	struct ws_peer *peer;
	int count = 0;

	frame_write(&frame, opcode, 0, data, len);
	TAILQ_FOREACH(peer, &row->peers, peers)
	count += peer_post(peer, &frame);
	buffer_clear(&frame);
	return count;
}
