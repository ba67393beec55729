/* What goes out to a peer. */
#include "transports/websocket/peer_inside.h"

#include <string.h>

#include <tomodachi/abi.h>

#include "runtime/base/buffer.h"
#include "runtime/loop/task.h"
#include "transports/websocket/deflate.h"
#include "transports/websocket/keepalive.h"
#include "transports/websocket/rows.h"

/* Pings that are left out in a row while nothing of what waits goes out. */
#define STUCK_MAX 2

/* A smaller message gains nothing by compression. */
#define COMPRESS_MIN 64

#define POLICY 1008

static void
put(struct ws_peer *peer, unsigned opcode, const void *data, size_t len)
{
	frame_write(upgrade_output(&peer->up), opcode, 0, data, len);
}

/* 1005 stands for a close without a code. */
static void
put_close(struct ws_peer *peer, unsigned code, const char *reason, size_t len)
{
	char payload[CONTROL_MAX] = { (char)(code >> 8), (char)(code & 255) };

	if (peer->close_sent)
		return;
	peer->close_sent = true;
	if (len > sizeof(payload) - 2)
		len = sizeof(payload) - 2;
	memcpy(payload + 2, reason, len);
	put(peer, FRAME_CLOSE, payload, code == 1005 ? 0 : len + 2);
}

void
peer_answer_close(struct ws_peer *peer)
{
	if (!peer_has_left(peer) || peer->lost)
		return;
	put_close(peer, peer->code, "", 0);
	peer_wake(peer);
}

void
peer_close(struct ws_peer *peer, unsigned code, const char *reason)
{
	peer_answer_close(peer);
	if (peer_is_over(peer))
		return;
	peer_set_end(peer, code, reason, strlen(reason));
	put_close(peer, code, reason, strlen(reason));
	peer_wake(peer);
}

bool
peer_post(struct ws_peer *peer, const struct buffer *frame)
{
	if (!peer_can_send(peer))
		return false;
	if (upgrade_unsent(&peer->up) > peer->row->server->send_buffer) {
		peer_lose(peer, POLICY, "reads too slowly");
		upgrade_cut(&peer->up);
		return false;
	}
	buffer_add(
	    upgrade_output(&peer->up), buffer_data(frame), buffer_len(frame));
	return true;
}

static void
give_up(struct ws_peer *peer, const char *reason)
{
	peer_lose(peer, LOST, reason);
	upgrade_cut(&peer->up);
}

void
peer_ping(struct ws_peer *peer)
{
	if (peer_is_over(peer))
		return;
	/* A ping would wait behind these; that they go out says as much. */
	if (upgrade_unsent(&peer->up) > 0) {
		if (peer->stuck++ >= STUCK_MAX)
			give_up(peer, "reads nothing");
		return;
	}
	if (peer->pinged)
		return;
	put(peer, FRAME_PING, "", 0);
	keepalive_expect(peer);
}

void
peer_lose_silent(struct ws_peer *peer)
{
	if (peer_is_over(peer))
		return;
	/* While nothing is read, or the ping waits, silence says nothing. */
	if (peer->up.paused || upgrade_unsent(&peer->up) > 0)
		keepalive_expect(peer);
	else
		give_up(peer, "no answer to a ping");
}

void
peer_answer_ping(struct ws_peer *peer, const struct incoming_event *event)
{
	if (!peer->close_sent &&
	    upgrade_unsent(&peer->up) <= peer->row->server->send_buffer)
		put(peer, FRAME_PONG, event->text, event->len);
}

/* Compressed, if that was agreed on and there is memory for it. */
static bool
put_compressed(
    struct ws_peer *peer, unsigned opcode, const void *data, size_t len)
{
	const struct ws_deflate *agreed = &peer->incoming.deflate;
	struct buffer packed = { 0 };

	if (!agreed->is_on || len < COMPRESS_MIN || opcode >= FRAME_CLOSE)
		return false;
	if (peer->deflater == NULL)
		peer->deflater = deflater_new(agreed);
	if (peer->deflater == NULL)
		return false;
	deflater_run(peer->deflater, data, len, &packed);
	frame_write(upgrade_output(&peer->up), opcode, FRAME_RSV1,
	    buffer_data(&packed), buffer_len(&packed));
	buffer_clear(&packed);
	return true;
}

int
peer_send(struct ws_peer *peer, unsigned opcode, const void *data, size_t len)
{
	const size_t max = peer->row->server->send_buffer;
	int code = task_check(task_current());

	if (code == 0 && upgrade_unsent(&peer->up) > max)
		/* Half of it is free before it goes on: writes stay large. */
		while (code == 0 && peer_can_send(peer) &&
		    upgrade_unsent(&peer->up) > max / 2)
			code = peer_wait(peer, -1);
	if (code == 0 && !peer_can_send(peer)) {
		peer_answer_close(peer);
		code = TOMO_ECLOSED;
	}
	if (code == 0 && !put_compressed(peer, opcode, data, len))
		put(peer, opcode, data, len);
	return code;
}
