/* A websocket echo and nothing around it: what the benchmark measures. */
#include <tomodachi.h>

static int
echo(struct tomo_call *call)
{
	struct tomo_ws_message message;
	int code;

	while ((code = tomo_ws_recv(call, &message)) > 0)
		tomo_ws_send(call, message.kind,
		    (struct tomo_bytes) { message.data, message.size });
	return code;
}

TOMO_SERVICE(.name = "ws_echo",
    .handlers = TOMO_HANDLERS(TOMO_WEBSOCKET("/echo", echo)));
