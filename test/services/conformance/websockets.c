/* Websockets. */
#include <stdio.h>
#include <string.h>

#include "test/services/conformance/rows.h"

static bool
is_text(const struct tomo_ws_message *message, const char *text)
{
	return message->size == strlen(text) &&
	    memcmp(message->data, text, message->size) == 0;
}

static int
answer(struct tomo_call *call, const struct tomo_ws_message *message)
{
	if (is_text(message, "close"))
		return tomo_ws_close(call, 4001, "bye");
	if (is_text(message, "raise")) {
		tomo_log_error(call, "ws boom");
		return 0;
	}
	return tomo_ws_send_text(call,
	    tomo_printf(call, "echo:%.*s", (int)message->size,
		(const char *)message->data));
}

int
ws_echo(struct tomo_call *call)
{
	struct tomo_ws_message message;
	int code;

	while ((code = tomo_ws_recv(call, &message)) > 0)
		if (message.kind == TOMO_WS_TEXT)
			answer(call, &message);
	printf("WS-CLOSE-CALLBACK\n");
	fflush(stdout);
	return code;
}

int
ws_named(struct tomo_call *call)
{
	struct tomo_ws_message message;
	const char *query = tomo_http_query_string(call);
	int code;

	code = tomo_ws_send_text(call,
	    tomo_printf(
		call, "hi %s %s", tomo_http_param(call, "name"), query));
	while (code >= 0 && (code = tomo_ws_recv(call, &message)) > 0)
		if (message.kind == TOMO_WS_TEXT)
			code = tomo_ws_send_bytes(call,
			    (struct tomo_bytes) { message.data, message.size });
	return code;
}

int
ws_raise(struct tomo_call *call)
{
	return tomo_fail(call, TOMO_EINVAL, "ws boom");
}

int
ws_none(struct tomo_call *call)
{
	struct tomo_ws_message message;
	int code;

	while ((code = tomo_ws_recv(call, &message)) > 0)
		continue;
	return code;
}
