/* The functions of websocket.h. */
#include <tomodachi/websocket.h>

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "runtime/service/call.h"
#include "runtime/service/service.h"
#include "transports/http/upgrade.h"
#include "transports/websocket/message.h"
#include "transports/websocket/peer.h"
#include "transports/websocket/rows.h"
#include "transports/websocket/utf8.h"
#include "transports/websocket/websocket.h"

/* The most that one message holds, sent or received. */
#define MESSAGE_MAX ((size_t)1 << 30)

/* A kind of message is the opcode of its frames. */
_Static_assert(
    TOMO_WS_TEXT == FRAME_TEXT && TOMO_WS_BINARY == FRAME_BINARY, "kinds");

/* The websocket of a call, or NULL (complained about once). */
static struct ws_peer *
peer_of(const struct tomo_call *call, const char *function)
{
	struct ws_peer *peer = upgrade_arg(call);

	if (peer == NULL)
		call_wrong_kind(call, function);
	return peer;
}

static int
no_websocket(struct tomo_call *call, const char *function)
{
	return call_fail(call, TOMO_EKIND, "%s: not a websocket", function);
}

/* Says why in tomo_error(). */
static int
report(struct tomo_call *call, int code, const char *function)
{
	if (code >= 0)
		return code;
	return call_fail(call, code, "%s: %s", function,
	    code == TOMO_ECLOSED          ? "the websocket is closed"
		: code == TOMO_ETIMEOUT   ? "time is over"
		: code == TOMO_ECANCELLED ? "cancelled"
					  : "another task waits here");
}

int
tomo_ws_recv(struct tomo_call *call, struct tomo_ws_message *message)
{
	struct ws_peer *peer = peer_of(call, __func__);
	const struct ws_message *got;
	int code;

	*message = (struct tomo_ws_message) { .data = "" };
	if (peer == NULL)
		return no_websocket(call, __func__);
	code = peer_recv(peer, &got);
	if (code > 0)
		*message = (struct tomo_ws_message) { got->data, got->size,
			got->kind, 0 };
	return report(call, code, __func__);
}

/* Whether one message can hold that; else the reason is in tomo_error(). */
static bool
check_size(struct tomo_call *call, size_t len, const char *function)
{
	if (len <= MESSAGE_MAX)
		return true;
	call_fail(call, TOMO_ETOOBIG,
	    "%s: want 1073741824 bytes at most, got %zu", function, len);
	return false;
}

static int
send_message(struct tomo_call *call, unsigned opcode, const void *data,
    size_t len, const char *function)
{
	struct ws_peer *peer = peer_of(call, function);

	if (peer == NULL)
		return no_websocket(call, function);
	if (!check_size(call, len, function))
		return TOMO_ETOOBIG;
	return report(call, peer_send(peer, opcode, data, len), function);
}

/* Whether these are a message; else the reason is in tomo_error(). */
static bool
check_bytes(struct tomo_call *call, uint32_t kind, struct tomo_bytes bytes,
    const char *function)
{
	const char *fault = NULL;

	if (kind != TOMO_WS_TEXT && kind != TOMO_WS_BINARY)
		fault = "no such kind";
	else if (bytes.data == NULL && bytes.size > 0)
		fault = "no data";
	else if (kind == TOMO_WS_TEXT && !utf8_is_text(bytes.data, bytes.size))
		fault = "the text is not UTF-8";
	if (fault == NULL)
		return true;
	call_fail(call, TOMO_EINVAL, "%s: %s", function, fault);
	return false;
}

static struct tomo_bytes
bytes_of(const char *text)
{
	return (struct tomo_bytes) { text, text != NULL ? strlen(text) : 1 };
}

static int
send_kind(struct tomo_call *call, uint32_t kind, struct tomo_bytes bytes,
    const char *function)
{
	if (!check_bytes(call, kind, bytes, function))
		return TOMO_EINVAL;
	return send_message(call, kind, bytes.data, bytes.size, function);
}

int
tomo_ws_send(struct tomo_call *call, uint32_t kind, struct tomo_bytes bytes)
{
	return send_kind(call, kind, bytes, __func__);
}

int
tomo_ws_send_text(struct tomo_call *call, const char *text)
{
	return send_kind(call, TOMO_WS_TEXT, bytes_of(text), __func__);
}

int
tomo_ws_send_bytes(struct tomo_call *call, struct tomo_bytes bytes)
{
	return send_kind(call, TOMO_WS_BINARY, bytes, __func__);
}

int
tomo_ws_send_json(struct tomo_call *call, struct json_t *json)
{
	char *text = json != NULL
	    ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY)
	    : NULL;
	int code;

	json_decref(json);
	if (text == NULL)
		return call_fail(call, TOMO_EINVAL,
		    "tomo_ws_send_json: no value that can be JSON");
	code = send_message(call, FRAME_TEXT, text, strlen(text), __func__);
	free(text);
	return code;
}

int
tomo_ws_ping(struct tomo_call *call, struct tomo_bytes bytes)
{
	if (bytes.size > CONTROL_MAX || (bytes.data == NULL && bytes.size > 0))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_ws_ping: want at most %d bytes", CONTROL_MAX);
	return send_message(call, FRAME_PING, bytes.data, bytes.size, __func__);
}

int
tomo_ws_close(struct tomo_call *call, int code, const char *reason)
{
	struct ws_peer *peer = peer_of(call, __func__);
	const char *said = reason != NULL ? reason : "";

	if (peer == NULL)
		return no_websocket(call, __func__);
	if (code == 1002 || !close_code_is_valid((unsigned)code))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_ws_close: %d is no code to close with", code);
	if (strlen(said) > CONTROL_MAX - 2)
		return call_fail(call, TOMO_EINVAL,
		    "tomo_ws_close: want a reason of at most %d bytes",
		    CONTROL_MAX - 2);
	if (!check_bytes(call, TOMO_WS_TEXT, bytes_of(said), __func__))
		return TOMO_EINVAL;
	peer_close(peer, (unsigned)code, said);
	return 0;
}

int
tomo_ws_close_code(const struct tomo_call *call)
{
	const struct ws_peer *peer = peer_of(call, __func__);

	return peer != NULL ? peer->code : TOMO_EKIND;
}

const char *
tomo_ws_close_reason(const struct tomo_call *call)
{
	const struct ws_peer *peer = peer_of(call, __func__);

	if (peer == NULL)
		return NULL;
	return peer->reason != NULL ? peer->reason : "";
}

const char *
tomo_ws_id(const struct tomo_call *call)
{
	const struct ws_peer *peer = peer_of(call, __func__);

	return peer != NULL ? peer->id : NULL;
}

const char *
tomo_ws_subprotocol(const struct tomo_call *call)
{
	const struct ws_peer *peer = peer_of(call, __func__);

	return peer != NULL ? peer->subprotocol : NULL;
}

/* ---- all peers of a row ---- */

static struct ws_row *
row_of(struct tomo_call *call, const char *pattern)
{
	struct ws_server *server = *service_data(
	    call->service, &websocket_transport);
	const struct ws_peer *peer = upgrade_arg(call);

	if (pattern != NULL)
		return server != NULL ? ws_row_of_pattern(server, pattern)
				      : NULL;
	return peer != NULL ? peer->row : NULL;
}

static int
no_row(struct tomo_call *call, const char *pattern, const char *function)
{
	return call_fail(call, TOMO_ENOTFOUND, "%s: no TOMO_WEBSOCKET row %s",
	    function, pattern != NULL ? pattern : "of this call");
}

static int
broadcast(struct tomo_call *call, const char *pattern, uint32_t kind,
    struct tomo_bytes bytes, const char *function)
{
	struct ws_row *row = row_of(call, pattern);

	if (!check_bytes(call, kind, bytes, function))
		return TOMO_EINVAL;
	if (row == NULL)
		return no_row(call, pattern, function);
	if (!check_size(call, bytes.size, function))
		return TOMO_ETOOBIG;
	return ws_row_broadcast(row, kind, bytes.data, bytes.size);
}

int
tomo_ws_broadcast_text(
    struct tomo_call *call, const char *pattern, const char *text)
{
	return broadcast(call, pattern, TOMO_WS_TEXT, bytes_of(text), __func__);
}

int
tomo_ws_broadcast_bytes(
    struct tomo_call *call, const char *pattern, struct tomo_bytes bytes)
{
	return broadcast(call, pattern, TOMO_WS_BINARY, bytes, __func__);
}

int
tomo_ws_peer_count(struct tomo_call *call, const char *pattern)
{
	const struct ws_row *row = row_of(call, pattern);

	return row != NULL ? (int)row->count : no_row(call, pattern, __func__);
}
