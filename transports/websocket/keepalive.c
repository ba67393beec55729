#include "transports/websocket/keepalive.h"

#include "runtime/loop/alarm.h"
#include "runtime/loop/loop.h"
#include "runtime/service/service.h"
#include "transports/websocket/peer.h"
#include "transports/websocket/rows.h"

/* Pings that are due within so long go out together. */
#define PAUSE_MS 100

/* How long a handler has to answer what came before a close. */
#define ANSWER_MS 1000

static void
arm(struct ws_server *server, int64_t due_ms)
{
	if (server->alarm_ms != 0 && server->alarm_ms <= due_ms)
		return;
	server->alarm_ms = due_ms;
	alarm_set(server->alarm, due_ms);
}

/* At the end of the list of its row, which so stays in order. */
static void
append(struct ws_peer *peer, int64_t now_ms)
{
	peer->since_ms = now_ms;
	TAILQ_INSERT_TAIL(&peer->row->peers, peer, peers);
}

void
keepalive_add(struct ws_peer *peer)
{
	struct ws_server *server = peer->row->server;
	const int64_t now_ms = loop_now_ms(server->service->loop);

	append(peer, now_ms);
	if (peer->row->ping_ms > 0)
		arm(server, now_ms + peer->row->ping_ms);
}

void
keepalive_leave(struct ws_peer *peer)
{
	struct ws_server *server = peer->row->server;

	if (peer->is_leaving)
		return;
	peer->is_leaving = true;
	peer->left_ms = loop_now_ms(server->service->loop);
	TAILQ_INSERT_TAIL(&server->leavers, peer, leavers);
	arm(server, peer->left_ms + ANSWER_MS);
}

static void
forget_leaver(struct ws_peer *peer)
{
	if (!peer->is_leaving)
		return;
	peer->is_leaving = false;
	TAILQ_REMOVE(&peer->row->server->leavers, peer, leavers);
}

void
keepalive_expect(struct ws_peer *peer)
{
	struct ws_server *server = peer->row->server;

	peer->pinged = true;
	peer->pinged_ms = loop_now_ms(server->service->loop);
	TAILQ_INSERT_TAIL(&server->pinged, peer, pinged_peers);
	arm(server, peer->pinged_ms + server->pong_ms);
}

void
keepalive_heard(struct ws_peer *peer)
{
	if (!peer->pinged)
		return;
	peer->pinged = false;
	TAILQ_REMOVE(&peer->row->server->pinged, peer, pinged_peers);
}

void
keepalive_remove(struct ws_peer *peer)
{
	forget_leaver(peer);
	keepalive_heard(peer);
	TAILQ_REMOVE(&peer->row->peers, peer, peers);
}

/* Answers the closes whose time it is; when it is the next one's, or 0. */
static int64_t
answer(struct ws_server *server, int64_t now_ms)
{
	struct ws_peer *peer;

	while ((peer = TAILQ_FIRST(&server->leavers)) != NULL &&
	    peer->left_ms + ANSWER_MS <= now_ms) {
		forget_leaver(peer);
		peer_answer_close(peer);
	}
	return peer != NULL ? peer->left_ms + ANSWER_MS : 0;
}

/* Loses those that were silent too long; when it is the next one's, or 0. */
static int64_t
lose_silent(struct ws_server *server, int64_t now_ms)
{
	struct ws_peer *peer;

	while ((peer = TAILQ_FIRST(&server->pinged)) != NULL &&
	    peer->pinged_ms + server->pong_ms <= now_ms) {
		keepalive_heard(peer);
		peer_lose_silent(peer);
	}
	return peer != NULL ? peer->pinged_ms + server->pong_ms : 0;
}

/* Pings those whose time it is; when it is the next one's, or 0. */
static int64_t
sweep(struct ws_row *row, int64_t now_ms)
{
	struct ws_peer *peer;

	if (row->ping_ms == 0)
		return 0;
	while ((peer = TAILQ_FIRST(&row->peers)) != NULL &&
	    peer->since_ms + row->ping_ms <= now_ms) {
		TAILQ_REMOVE(&row->peers, peer, peers);
		append(peer, now_ms);
		peer_ping(peer);
	}
	return peer != NULL ? peer->since_ms + row->ping_ms : 0;
}

static void
on_alarm(void *arg)
{
	struct ws_server *server = arg;
	const int64_t now_ms = loop_now_ms(server->service->loop);
	const int64_t soon_ms = now_ms + PAUSE_MS;
	int64_t due_ms;

	server->alarm_ms = 0;
	due_ms = answer(server, now_ms);
	if (due_ms > 0)
		arm(server, due_ms);
	due_ms = lose_silent(server, now_ms);
	if (due_ms > 0)
		arm(server, due_ms);
	for (size_t i = 0; i < server->nrows; i++) {
		due_ms = sweep(&server->rows[i], now_ms);
		if (due_ms > 0)
			arm(server, due_ms > soon_ms ? due_ms : soon_ms);
	}
}

int
keepalive_start(struct ws_server *server, struct error *err)
{
	server->alarm = alarm_new(server->service->loop, on_alarm, server, err);
	return server->alarm != NULL ? 0 : -1;
}

void
keepalive_stop(struct ws_server *server)
{
	alarm_free(server->alarm);
}
