#include "transports/websocket/websocket.h"

#include <stdio.h>
#include <string.h>

#include <tomodachi/http.h>

#include "runtime/base/ascii.h"
#include "runtime/base/buffer.h"
#include "runtime/service/call.h"
#include "runtime/service/module.h"
#include "runtime/service/service.h"
#include "transports/http/upgrade.h"
#include "transports/websocket/handshake.h"
#include "transports/websocket/options.h"
#include "transports/websocket/peer.h"
#include "transports/websocket/rows.h"

static struct ws_server *
server_of(struct service *service)
{
	return *service_data(service, &websocket_transport);
}

/* ---- the handshake, on the call's coroutine ---- */

/* The header of that name; NULL if there is none or more than one. */
static const char *
only_header(struct tomo_call *call, const char *wanted)
{
	const char *name, *value, *found = NULL;

	for (size_t i = 0; tomo_http_header_at(call, i, &name, &value); i++) {
		if (ascii_casecmp(name, wanted) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = value;
	}
	return found;
}

/* The status that refuses the request, or 0. */
static int
refusal(struct tomo_call *call, const struct ws_server *server)
{
	const char *version = only_header(call, "Sec-WebSocket-Version");
	const char *key = only_header(call, "Sec-WebSocket-Key");

	if (!upgrade_is_asked(call))
		return 426;
	if (version == NULL || strcmp(version, "13") != 0) {
		tomo_http_set_header(call, "Sec-WebSocket-Version", "13");
		return 426;
	}
	if (key == NULL || !handshake_is_key(key))
		return 400;
	if (!handshake_is_allowed(
		tomo_http_header(call, "Origin"), server->origins))
		return 403;
	return server->leaving != 0 ? 503 : 0;
}

static void
add_line(struct buffer *lines, const char *name, const char *value)
{
	buffer_add_text(lines, name);
	buffer_add_text(lines, ": ");
	buffer_add_text(lines, value);
	buffer_add_text(lines, "\r\n");
}

/* The first of the headers that counts: each may stand in several. */
static void
agree_on_compression(struct ws_peer *peer, struct buffer *lines)
{
	struct ws_deflate *deflate = &peer->incoming.deflate;
	const char *name, *value;
	char text[EXTENSION_SIZE];

	if (!peer->row->server->compression)
		return;
	for (size_t i = 0; !deflate->is_on &&
	     tomo_http_header_at(peer->call, i, &name, &value);
	     i++)
		if (ascii_casecmp(name, "Sec-WebSocket-Extensions") == 0)
			extension_accept(value, deflate);
	if (!deflate->is_on)
		return;
	extension_write(deflate, text);
	add_line(lines, "Sec-WebSocket-Extensions", text);
}

static void
agree_on_subprotocol(struct ws_peer *peer, struct buffer *lines)
{
	const char *ours = peer->row->spec->subprotocols;
	const char *name, *value, *start;
	size_t len;

	for (size_t i = 0; ours != NULL && peer->subprotocol == NULL &&
	     tomo_http_header_at(peer->call, i, &name, &value);
	     i++) {
		if (ascii_casecmp(name, "Sec-WebSocket-Protocol") != 0)
			continue;
		len = handshake_subprotocol(value, ours, &start);
		if (len > 0)
			peer->subprotocol = call_keep_text(
			    peer->call, start, len);
	}
	if (peer->subprotocol != NULL)
		add_line(lines, "Sec-WebSocket-Protocol", peer->subprotocol);
}

static void
shake_hands(struct ws_peer *peer)
{
	struct buffer lines = { 0 };
	char accept[HANDSHAKE_ACCEPT_SIZE];

	handshake_accept(only_header(peer->call, "Sec-WebSocket-Key"), accept);
	add_line(&lines, "Sec-WebSocket-Accept", accept);
	agree_on_subprotocol(peer, &lines);
	agree_on_compression(peer, &lines);
	buffer_add(&lines, "", 1);
	peer_open(peer, buffer_data(&lines));
	buffer_clear(&lines);
}

static int
run(struct tomo_call *call, const void *spec)
{
	struct ws_server *server = server_of(call->service);
	const int status = refusal(call, server);
	struct ws_peer peer = { .call = call };

	if (!upgrade_is_possible(call))
		return call_fail(call, TOMO_EINVAL,
		    "websocket: middleware has begun another answer");
	if (status == 426)
		return upgrade_require(call);
	if (status != 0)
		return tomo_http_fail(call, status);
	peer.row = ws_row_of_spec(server, spec);
	shake_hands(&peer);
	return peer_end(&peer, peer.row->spec->fn(call));
}

/* ---- rows ---- */

static const char *
pattern_of(const void *row)
{
	return ((const struct tomo_websocket_spec *)row)->pattern;
}

static const struct http_upgrade upgrade = {
	.protocol = "websocket", .pattern = pattern_of, .run = run
};

static int
check(const void *row, struct error *err)
{
	const struct tomo_websocket_spec *spec = row;

	if (spec->pattern == NULL || spec->pattern[0] == '\0')
		return error_set(err, "no pattern");
	if (spec->fn == NULL)
		return error_set(err, "no function");
	if (spec->ping_interval_ms < 0 &&
	    spec->ping_interval_ms != TOMO_WS_NO_PING)
		return error_set(err,
		    "ping_interval_ms: want 0 or more, or TOMO_WS_NO_PING, "
		    "got %lld",
		    (long long)spec->ping_interval_ms);
	if (spec->max_message_size > 1u << 30)
		return error_set(err,
		    "max_message_size: want 1073741824 at most, got %llu",
		    (unsigned long long)spec->max_message_size);
	return upgrade_check_pattern(spec->pattern, err);
}

static void
describe(const void *row, char *text, size_t size)
{
	snprintf(text, size, "%s", pattern_of(row));
}

static const char *
function_of(const void *row)
{
	return ((const struct tomo_websocket_spec *)row)->function;
}

static const struct row_kind kinds[] = {
	{ .kind = TOMO_KIND_WEBSOCKET,
	    .name = "TOMO_WEBSOCKET",
	    .spec_size = sizeof(struct tomo_websocket_spec),
	    .check = check,
	    .describe = describe,
	    .function = function_of,
	    .upgrade = &upgrade },
	{ .kind = 0 },
};

/* ---- life ---- */

static int
attach(struct service *service, struct error *err)
{
	const struct tomo_handler *row = service->descriptor->handlers;
	struct ws_server *server;

	while (
	    row != NULL && row->kind != 0 && row->kind != TOMO_KIND_WEBSOCKET)
		row++;
	if (row == NULL || row->kind == 0)
		return 0;
	server = ws_server_new(service, err);
	*service_data(service, &websocket_transport) = server;
	return server != NULL ? 0 : -1;
}

static void
shut(struct service *service)
{
	ws_server_leave(server_of(service));
}

static void
detach(struct service *service)
{
	ws_server_free(server_of(service));
	*service_data(service, &websocket_transport) = NULL;
}

const struct transport websocket_transport = {
	.name = "websocket",
	.kinds = kinds,
	.options = websocket_options,
	.attach = attach,
	.shut = shut,
	.detach = detach,
};
