/* What the files of a peer share: its state, who waits for news of it. */
#ifndef TRANSPORTS_WEBSOCKET_PEER_INSIDE_H
#define TRANSPORTS_WEBSOCKET_PEER_INSIDE_H

#include "transports/websocket/peer.h"

/* While more than this waits to be received, nothing is read. */
#define QUEUE_MAX ((size_t)64 * 1024)

/* The code of one that went without a word; only in the log. */
#define LOST 1006

/* Whether the peer has closed, or done what closes it. */
static inline bool
peer_has_left(const struct ws_peer *peer)
{
	return peer->close_got || peer->faulty;
}

/* Whether no further message comes. */
static inline bool
peer_is_over(const struct ws_peer *peer)
{
	return peer->close_sent || peer_has_left(peer) || peer->lost;
}

/*
 * Whether it may still be sent to: a peer that sends a message and a close gets
 * its answer to both (RFC 6455 5.5.1), until keepalive.h has the close answered.
 */
static inline bool
peer_can_send(const struct ws_peer *peer)
{
	const bool is_behind = peer->first != NULL || peer->current != NULL;

	if (peer->close_sent || peer->lost)
		return false;
	return !peer_has_left(peer) || is_behind;
}

/* Tells all that wait in peer_wait(). */
void peer_wake(struct ws_peer *peer);

/* Waits for any news; suspends the coroutine that runs.  Returns 0 or a code. */
int peer_wait(struct ws_peer *peer, int64_t timeout_ms);

/* What it is closed with, for the log; the first counts. */
void peer_set_end(
    struct ws_peer *peer, unsigned code, const char *reason, size_t reason_len);

/* It has no more to say that counts, and nothing can be sent. */
void peer_lose(struct ws_peer *peer, unsigned code, const char *reason);

/* What it asks for but does not read need not be answered. */
void peer_answer_ping(struct ws_peer *peer, const struct incoming_event *event);

/* A message that has come, to be received; takes it over. */
void peer_queue(struct ws_peer *peer, struct ws_message *message);
void peer_drop_queue(struct ws_peer *peer);

#endif
