/* Websockets of all sorts, for the end-to-end tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <tomodachi.h>

static int
send_back(struct tomo_call *call, const struct tomo_ws_message *message)
{
	return tomo_ws_send(call, message->kind,
	    (struct tomo_bytes) { message->data, message->size });
}

/* What came goes back as it came. */
static int
echo(struct tomo_call *call)
{
	struct tomo_ws_message message;
	int code;

	while ((code = tomo_ws_recv(call, &message)) > 0)
		if ((code = send_back(call, &message)) < 0)
			break;
	return code;
}

/* Says what the request was, then how it ended. */
static int
tell(struct tomo_call *call)
{
	struct tomo_ws_message message;
	int code;

	tomo_ws_send_json(call,
	    json_pack("{s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:i}", "name",
		tomo_http_param(call, "name"), "q", tomo_http_query(call, "q"),
		"agent", tomo_http_header(call, "User-Agent"), "user",
		(const char *)tomo_get(call, "user"), "subprotocol",
		tomo_ws_subprotocol(call), "id", tomo_ws_id(call), "status",
		tomo_http_status(call)));
	while ((code = tomo_ws_recv(call, &message)) > 0)
		;
	tomo_log(call, TOMO_LOG_INFO, "told",
	    TOMO_LOG_STR("path", tomo_http_path(call)),
	    TOMO_LOG_INT("result", code),
	    TOMO_LOG_INT("code", tomo_ws_close_code(call)),
	    TOMO_LOG_STR("reason", tomo_ws_close_reason(call)),
	    TOMO_LOG_STR("text", tomo_error(call)));
	return code;
}

static int
fails(struct tomo_call *call)
{
	return tomo_fail(call, TOMO_EINVAL, "boom");
}

static int
returns(struct tomo_call *call)
{
	(void)call;
	return 0;
}

/* Does what it is told by its messages: "close 4001 bye", and so on. */
static int
obey_one(struct tomo_call *call, const char *order)
{
	int code, at = 0;

	if (sscanf(order, "close %d %n", &code, &at) == 1)
		return tomo_ws_close(call, code, order + at);
	if (strncmp(order, "ping ", 5) == 0)
		return tomo_ws_ping(
		    call, (struct tomo_bytes) { order + 5, strlen(order + 5) });
	if (strcmp(order, "http") == 0)
		return tomo_http_text(call, 200, "late");
	if (strcmp(order, "latin1") == 0)
		return tomo_ws_send_text(call, "\xe5");
	if (strncmp(order, "sleep ", 6) == 0)
		return tomo_sleep(call, atoi(order + 6));
	if (strncmp(order, "all ", 4) == 0)
		return tomo_ws_broadcast_text(call, NULL, order + 4);
	/* Refused before it is looked at. */
	if (strcmp(order, "huge") == 0)
		return tomo_ws_broadcast_bytes(call, NULL,
		    (struct tomo_bytes) { order, ((size_t)1 << 30) + 1 });
	if (strncmp(order, "big ", 4) == 0) {
		const size_t size = strtoul(order + 4, NULL, 10);
		char *data = tomo_alloc(call, size + 1);

		memset(data, 'b', size);
		return tomo_ws_send_text(call, data);
	}
	return tomo_fail(call, TOMO_EINVAL, "what is %s?", order);
}

static int
obey(struct tomo_call *call)
{
	struct tomo_ws_message message;
	int code;

	while (tomo_ws_recv(call, &message) > 0) {
		const size_t mark = tomo_mark(call);

		code = obey_one(call, message.data);
		tomo_ws_send_text(call,
		    tomo_printf(
			call, "%d %s", code, code < 0 ? tomo_error(call) : ""));
		tomo_rewind(call, mark);
	}
	return 0;
}

/* A task that sends on its handler's websocket. */
static int
tick(struct tomo_call *task)
{
	struct tomo_call *call = tomo_task_arg(task);
	int code = 0;

	for (int i = 0; code >= 0; i++) {
		code = tomo_ws_send_text(call, tomo_printf(task, "tick %d", i));
		if (code >= 0)
			code = tomo_sleep(task, 1);
	}
	return code;
}

/* Has a second task receive, or send, while the handler does the other. */
static int
ticks(struct tomo_call *call)
{
	int code = tomo_spawn(call, tick, call, NULL);

	return code < 0 ? code : echo(call);
}

static int
receive_elsewhere(struct tomo_call *task)
{
	return echo(tomo_task_arg(task));
}

static int
leaves(struct tomo_call *call)
{
	int code = tomo_spawn(call, receive_elsewhere, call, NULL);

	return code < 0 ? code : tomo_sleep(call, 50);
}

/* Sends as fast as it can. */
static int
flood(struct tomo_call *call)
{
	static char block[16384];
	int code = 0;

	while (code >= 0)
		code = tomo_ws_send_bytes(
		    call, (struct tomo_bytes) { block, sizeof(block) });
	tomo_log(call, TOMO_LOG_INFO, "flooded", TOMO_LOG_INT("result", code));
	return code;
}

/* Answers with more than a peer that does not read has room for. */
static int
answers_much(struct tomo_call *call)
{
	struct tomo_ws_message message;
	const size_t size = (size_t)32 << 20;
	char *data = tomo_alloc(call, size);
	int code;

	memset(data, 'm', size);
	while ((code = tomo_ws_recv(call, &message)) > 0) {
		code = tomo_ws_send_bytes(
		    call, (struct tomo_bytes) { data, size });
		if (code >= 0)
			code = tomo_ws_send_text(call, "done");
		if (code < 0)
			break;
	}
	tomo_log(call, TOMO_LOG_INFO, "much",
	    TOMO_LOG_STR("path", tomo_http_path(call)),
	    TOMO_LOG_INT("result", code),
	    TOMO_LOG_INT("code", tomo_ws_close_code(call)),
	    TOMO_LOG_STR("reason", tomo_ws_close_reason(call)));
	return 0;
}

/* ---- beside them ---- */

static int
text(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "text");
}

static int
announce(struct tomo_call *call)
{
	int count = tomo_ws_broadcast_text(
	    call, "/obey", tomo_http_query(call, "text"));
	struct tomo_ws_message message;

	return tomo_http_textf(call, 200, "%d %d %d %d", count,
	    tomo_ws_peer_count(call, "/obey"),
	    tomo_ws_peer_count(call, "/nowhere"), tomo_ws_recv(call, &message));
}

static int
guard(struct tomo_call *call)
{
	const char *user = tomo_http_header(call, "X-User");
	const char *deadline = tomo_http_header(call, "X-Deadline");
	const char *slow = tomo_http_header(call, "X-Slow");
	int code;

	if (user != NULL && strcmp(user, "nobody") == 0)
		return tomo_http_fail(call, 401);
	if (user != NULL) {
		tomo_set(call, "user", tomo_strdup(call, user), NULL);
		tomo_http_set_header(call, "X-Welcome", user);
	}
	if (tomo_http_header(call, "X-Begin") != NULL) {
		tomo_http_stream(call, 200, "text/plain");
		tomo_http_write(call, (struct tomo_bytes) { "begun", 5 });
	}
	if (deadline != NULL)
		tomo_deadline(call, atoi(deadline));
	if (slow != NULL)
		tomo_sleep(call, atoi(slow));
	code = tomo_next(call);
	tomo_log(call, TOMO_LOG_INFO, "guarded", TOMO_LOG_INT("code", code),
	    TOMO_LOG_INT("status", tomo_http_status(call)),
	    TOMO_LOG_STR("path", tomo_http_path(call)));
	if (deadline != NULL)
		tomo_log(call, TOMO_LOG_INFO, "late",
		    TOMO_LOG_INT("code", tomo_sleep(call, 60000)));
	return code;
}

TOMO_SERVICE(.name = "ws",
    .options = TOMO_OPTIONS(TOMO_OPTION_STRING("http.host", "127.0.0.1"),
	TOMO_OPTION_INT("http.keepalive_timeout", 5),
	TOMO_OPTION_INT("websocket.pong_timeout", 1)),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/text", text),
	TOMO_HTTP("GET", "/announce", announce),
	TOMO_WEBSOCKET("/echo/?", echo),
	TOMO_WEBSOCKET("/small", echo, .max_message_size = 1000),
	TOMO_WEBSOCKET("/tell", tell, .subprotocols = "v2 v1"),
	TOMO_WEBSOCKET("/tell/(?P<name>[a-z]+)", tell),
	TOMO_WEBSOCKET("/fails", fails), TOMO_WEBSOCKET("/returns", returns),
	TOMO_WEBSOCKET("/obey", obey), TOMO_WEBSOCKET("/ticks", ticks),
	TOMO_WEBSOCKET("/leaves", leaves), TOMO_WEBSOCKET("/flood", flood),
	TOMO_WEBSOCKET("/much/[a-z]+", answers_much, .ping_interval_ms = 300),
	TOMO_WEBSOCKET("/pinged", tell, .ping_interval_ms = 100)),
    .http_middleware = TOMO_MIDDLEWARE(guard));
