#include "transports/websocket/peer_inside.h"

#include <stdlib.h>

#include <tomodachi/abi.h>

#include "runtime/loop/loop.h"
#include "runtime/loop/task.h"
#include "runtime/service/call.h"
#include "transports/websocket/deflate.h"
#include "transports/websocket/keepalive.h"
#include "transports/websocket/message.h"
#include "transports/websocket/records.h"
#include "transports/websocket/rows.h"

/* How long a peer has to answer a close. */
#define CLOSE_WAIT_MS 2000

#define NORMAL 1000
#define FAILED 1011

/* ---- events of the connection, on the loop's stack ---- */

/* A close; or a fault, for which only whole messages are answered first. */
static void
leave(struct ws_peer *peer, const struct incoming_event *event, bool *flag)
{
	*flag = true;
	peer_set_end(peer, event->code, event->text, event->len);
	if (peer->first != NULL || (peer_can_send(peer) && !peer->faulty))
		keepalive_leave(peer);
	else
		peer_answer_close(peer);
	peer_wake(peer);
}

static void
on_open(void *arg)
{
	record_state(arg, "open");
}

static size_t
on_bytes(void *arg, const char *data, size_t len)
{
	struct ws_peer *peer = arg;
	struct frame_pool *pool = &peer->row->server->frames;
	enum incoming_verdict verdict = INCOMING_PONG;
	struct incoming_event event;

	keepalive_heard(peer);
	pool->data = data;
	pool->len = len;
	while (verdict != INCOMING_MORE && !peer->up.paused &&
	    incoming_has_more(&peer->incoming, pool)) {
		if (peer_has_left(peer) || peer->lost)
			return len;
		verdict = incoming_next(&peer->incoming, pool, &event);
		switch (verdict) {
		case INCOMING_MORE:
		case INCOMING_PONG:
			break;
		case INCOMING_MESSAGE:
			peer_queue(peer, event.message);
			break;
		case INCOMING_PING:
			peer_answer_ping(peer, &event);
			break;
		case INCOMING_CLOSE:
			leave(peer, &event, &peer->close_got);
			break;
		case INCOMING_BAD:
			leave(peer, &event, &peer->faulty);
			break;
		}
	}
	return len - pool->len;
}

static void
on_sent(void *arg)
{
	struct ws_peer *peer = arg;

	/* What had to wait for room: so the peer has read something. */
	if (peer->backed_up)
		keepalive_heard(peer);
	peer->backed_up = upgrade_unsent(&peer->up) > 0;
	peer->stuck = 0;
	if (peer->waiters != NULL &&
	    upgrade_unsent(&peer->up) <= peer->row->server->send_buffer / 2)
		peer_wake(peer);
}

static void
on_end(void *arg)
{
	struct ws_peer *peer = arg;

	peer_lose(peer, LOST, "");
	/* One that has closed may still read, as long as it is there. */
	if (!upgrade_is_gone(&peer->up))
		return;
	peer->lost = true;
	peer_wake(peer);
}

/* ---- its life, on the call's coroutine ---- */

void
peer_open(struct ws_peer *peer, const char *lines)
{
	static const struct upgrade_events events = { on_open, on_bytes,
		on_sent, on_end };

	uuid_make(peer->id);
	peer->incoming.max = peer->row->max_message;
	peer->incoming.pool = &peer->row->server->messages;
	upgrade_take(peer->call, &peer->up, lines, &events, peer);
	peer->row->count++;
	keepalive_add(peer);
}

/* Until the peer has said goodbye, too; not for long. */
static void
wait_for_close(struct ws_peer *peer)
{
	struct loop *loop = peer->call->task.loop;
	const int64_t by_ms = loop_now_ms(loop) + CLOSE_WAIT_MS;
	int code = 0;

	while (code == 0 && !peer_has_left(peer) && !peer->lost) {
		const int64_t left_ms = by_ms - loop_now_ms(loop);

		code = left_ms > 0 ? peer_wait(peer, left_ms) : TOMO_ETIMEOUT;
	}
}

/* Tasks of the handler that are still in a function of this peer. */
static void
send_away_others(struct ws_peer *peer)
{
	peer->lost = true;
	peer->closer = &peer->call->task;
	peer_wake(peer);
	while (peer->waiters != NULL)
		task_wait_shielded(peer->closer);
}

static void
record(const struct ws_peer *peer, int code)
{
	if (peer->call->task.cancelled)
		record_state(peer, "cancelled");
	else if (code < 0)
		record_state(peer, "error");
	record_end(peer);
}

int
peer_end(struct ws_peer *peer, int code)
{
	const bool was_over = peer_is_over(peer);
	const int64_t deadline_ms = peer->call->task.deadline_ms;

	if (code > 0 || (was_over && code == TOMO_ECLOSED) ||
	    (peer->call->task.cancelled && code == TOMO_ECANCELLED))
		code = 0;
	/* The end has a time of its own. */
	peer->call->task.deadline_ms = 0;
	peer->ending = true;
	peer_drop_queue(peer);
	upgrade_resume(&peer->up);
	peer_close(peer, code < 0 ? FAILED : NORMAL, "");
	wait_for_close(peer);
	send_away_others(peer);
	if (peer->code == 0)
		peer->code = LOST;
	keepalive_remove(peer);
	peer->row->count--;
	upgrade_end(&peer->up);
	record(peer, code);
	message_free(peer->current);
	incoming_clear(&peer->incoming);
	deflater_free(peer->deflater);
	free(peer->reason);
	peer->call->task.deadline_ms = deadline_ms;
	return code;
}
