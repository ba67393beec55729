#include "transports/websocket/peer.h"

#include <stdlib.h>
#include <string.h>

#include <tomodachi/abi.h>

#include "runtime/base/alloc.h"
#include "runtime/base/buffer.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/task.h"
#include "runtime/service/call.h"
#include "transports/websocket/deflate.h"
#include "transports/websocket/keepalive.h"
#include "transports/websocket/message.h"
#include "transports/websocket/records.h"
#include "transports/websocket/rows.h"

/* While more than this waits to be received, nothing is read. */
#define QUEUE_MAX ((size_t)64 * 1024)

/* How long a peer has to answer a close. */
#define CLOSE_WAIT_MS 2000

/* Pings that are left out in a row while nothing of what waits goes out. */
#define STUCK_MAX 2

/* A smaller message gains nothing by compression. */
#define COMPRESS_MIN 64

#define NORMAL 1000
#define POLICY 1008
#define FAILED 1011
#define LOST 1006

/* Whether the peer has closed, or done what closes it. */
static bool
has_left(const struct ws_peer *peer)
{
	return peer->close_got || peer->faulty;
}

/* Whether no further message comes. */
static bool
is_over(const struct ws_peer *peer)
{
	return peer->close_sent || has_left(peer) || peer->lost;
}

/*
 * A peer that sends a message and a close gets its answer to both (RFC 6455
 * 5.5.1), until keepalive.h has the close answered.
 */
static bool
can_send(const struct ws_peer *peer)
{
	const bool is_behind = peer->first != NULL || peer->current != NULL;

	if (peer->close_sent || peer->lost)
		return false;
	return !has_left(peer) || is_behind;
}

/* ---- waiting ---- */

static void
wake(struct ws_peer *peer)
{
	for (struct ws_waiter *at = peer->waiters; at != NULL; at = at->next)
		task_wake(at->task, 0);
}

/* Waits for any news; on the coroutine that runs.  Returns 0 or a code. */
static int
wait_for_news(struct ws_peer *peer, int64_t timeout_ms)
{
	struct ws_waiter me = { task_current(), peer->waiters };
	struct ws_waiter **link = &peer->waiters;
	int code;

	peer->waiters = &me;
	code = task_wait(me.task, timeout_ms);
	while (*link != &me)
		link = &(*link)->next;
	*link = me.next;
	if (peer->closer != NULL)
		task_wake(peer->closer, 0);
	return code;
}

/* ---- sending ---- */

static void
put(struct ws_peer *peer, unsigned opcode, const void *data, size_t len)
{
	frame_write(upgrade_output(&peer->up), opcode, 0, data, len);
}

static void
set_end(
    struct ws_peer *peer, unsigned code, const char *reason, size_t reason_len)
{
	if (peer->code != 0)
		return;
	peer->code = (uint16_t)code;
	if (reason_len > 0)
		peer->reason = xstrndup(reason, reason_len);
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

/* To a peer that has left, once the handler has had what came before. */
static void
answer_close(struct ws_peer *peer)
{
	if (has_left(peer) && !peer->lost)
		put_close(peer, peer->code, "", 0);
}

void
peer_answer_close(struct ws_peer *peer)
{
	answer_close(peer);
	wake(peer);
}

void
peer_close(struct ws_peer *peer, unsigned code, const char *reason)
{
	answer_close(peer);
	if (is_over(peer))
		return;
	set_end(peer, code, reason, strlen(reason));
	put_close(peer, code, reason, strlen(reason));
	wake(peer);
}

/* The peer has no more to say that counts, and is told why if it is there. */
static void
lose(struct ws_peer *peer, unsigned code, const char *reason)
{
	if (peer->lost || peer->close_got)
		return;
	set_end(peer, code, reason, strlen(reason));
	peer->lost = true;
	wake(peer);
}

bool
peer_post(struct ws_peer *peer, const struct buffer *frame)
{
	if (!can_send(peer))
		return false;
	if (upgrade_unsent(&peer->up) > peer->row->server->send_buffer) {
		lose(peer, POLICY, "reads too slowly");
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
	lose(peer, LOST, reason);
	upgrade_cut(&peer->up);
}

void
peer_ping_or_lose(struct ws_peer *peer)
{
	if (is_over(peer))
		return;
	/* A ping would wait behind these; that they go out says as much. */
	if (upgrade_unsent(&peer->up) > 0) {
		if (peer->stuck++ >= STUCK_MAX)
			give_up(peer, "reads nothing");
		return;
	}
	/* While nothing is read, that nothing comes says nothing. */
	if (peer->pinged && !peer->up.paused) {
		give_up(peer, "no answer to a ping");
		return;
	}
	peer->pinged = true;
	put(peer, FRAME_PING, "", 0);
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
		while (code == 0 && can_send(peer) &&
		    upgrade_unsent(&peer->up) > max / 2)
			code = wait_for_news(peer, -1);
	if (code == 0 && !can_send(peer)) {
		answer_close(peer);
		code = TOMO_ECLOSED;
	}
	if (code == 0 && !put_compressed(peer, opcode, data, len))
		put(peer, opcode, data, len);
	return code;
}

/* ---- receiving ---- */

static void
drop_queue(struct ws_peer *peer)
{
	struct ws_message *message;

	while ((message = peer->first) != NULL) {
		peer->first = message->next;
		message_free(message);
	}
	peer->queued = 0;
}

static struct ws_message *
shift(struct ws_peer *peer)
{
	struct ws_message *message = peer->first;

	if (message == NULL)
		return NULL;
	peer->first = message->next;
	peer->queued -= message->size + sizeof(*message);
	if (peer->queued <= QUEUE_MAX / 2)
		upgrade_resume(&peer->up);
	return message;
}

int
peer_recv(struct ws_peer *peer, const struct ws_message **message)
{
	int code = 0;

	if (peer->receiving)
		return TOMO_EINVAL;
	message_free(peer->current);
	peer->current = NULL;
	if (peer->first == NULL)
		answer_close(peer);
	if (peer->first == NULL)
		upgrade_flush(&peer->up);
	peer->receiving = true;
	while (code == 0 && peer->first == NULL && !is_over(peer))
		code = wait_for_news(peer, -1);
	peer->receiving = false;
	if (code < 0)
		return code;
	*message = peer->current = shift(peer);
	if (*message != NULL)
		return 1;
	return (peer->lost && !peer->close_got) || peer->faulty ? TOMO_ECLOSED
								: 0;
}

static void
queue(struct ws_peer *peer, struct ws_message *message)
{
	if (peer->ending) {
		message_free(message);
		return;
	}
	message->next = NULL;
	if (peer->first == NULL)
		peer->first = message;
	else
		peer->last->next = message;
	peer->last = message;
	peer->queued += message->size + sizeof(*message);
	wake(peer);
}

/* What a peer asks for but does not read need not be answered. */
static void
answer_ping(struct ws_peer *peer, const struct incoming_event *event)
{
	if (!peer->close_sent &&
	    upgrade_unsent(&peer->up) <= peer->row->server->send_buffer)
		put(peer, FRAME_PONG, event->text, event->len);
}

/* A close; or a fault, for which only whole messages are answered first. */
static void
leave(struct ws_peer *peer, const struct incoming_event *event, bool *flag)
{
	*flag = true;
	set_end(peer, event->code, event->text, event->len);
	if (peer->first != NULL || (can_send(peer) && !peer->faulty))
		keepalive_leave(peer);
	else
		answer_close(peer);
	wake(peer);
}

/* ---- events of the connection, on the loop's stack ---- */

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

	peer->pinged = false;
	pool->data = data;
	pool->len = len;
	while (verdict != INCOMING_MORE) {
		if (has_left(peer) || peer->lost)
			return len;
		if (peer->queued > QUEUE_MAX) {
			upgrade_pause(&peer->up);
			break;
		}
		verdict = incoming_next(&peer->incoming, pool, &event);
		switch (verdict) {
		case INCOMING_MORE:
		case INCOMING_PONG:
			break;
		case INCOMING_MESSAGE:
			queue(peer, event.message);
			break;
		case INCOMING_PING:
			answer_ping(peer, &event);
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
		peer->pinged = false;
	peer->backed_up = upgrade_unsent(&peer->up) > 0;
	peer->stuck = 0;
	if (peer->waiters != NULL &&
	    upgrade_unsent(&peer->up) <= peer->row->server->send_buffer / 2)
		wake(peer);
}

static void
on_end(void *arg)
{
	struct ws_peer *peer = arg;

	lose(peer, LOST, "");
	/* One that has closed may still read, as long as it is there. */
	if (!upgrade_is_gone(&peer->up))
		return;
	peer->lost = true;
	wake(peer);
}

/* ---- its life, on the call's coroutine ---- */

void
peer_open(struct ws_peer *peer, const char *lines)
{
	static const struct upgrade_events events = { on_open, on_bytes,
		on_sent, on_end };

	uuid_make(peer->id);
	peer->incoming.max = peer->row->max_message;
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

	while (code == 0 && !has_left(peer) && !peer->lost) {
		const int64_t left_ms = by_ms - loop_now_ms(loop);

		code = left_ms > 0 ? wait_for_news(peer, left_ms)
				   : TOMO_ETIMEOUT;
	}
}

/* Tasks of the handler that are still in a function of this peer. */
static void
send_away_others(struct ws_peer *peer)
{
	peer->lost = true;
	peer->closer = &peer->call->task;
	wake(peer);
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
	const bool was_over = is_over(peer);
	const int64_t deadline_ms = peer->call->task.deadline_ms;

	if (code > 0 || (was_over && code == TOMO_ECLOSED) ||
	    (peer->call->task.cancelled && code == TOMO_ECANCELLED))
		code = 0;
	/* The end has a time of its own. */
	peer->call->task.deadline_ms = 0;
	peer->ending = true;
	drop_queue(peer);
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
