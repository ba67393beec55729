/*
 * One websocket: what has come and waits to be received, what goes out, and how
 * it ends.  Lives on the stack of its handler's coroutine, and owns no buffer
 * while it is idle.  Loop thread only.
 */
#ifndef TRANSPORTS_WEBSOCKET_PEER_H
#define TRANSPORTS_WEBSOCKET_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "runtime/base/uuid.h"
#include "transports/http/upgrade.h"
#include "transports/websocket/incoming.h"

struct buffer;
struct deflater;
struct task;
struct tomo_call;
struct ws_message;
struct ws_row;

/* A coroutine that waits for news of a peer; on its stack. */
struct ws_waiter {
	struct task *task;
	struct ws_waiter *next;
};

/* What each message touches comes first: of an idle one it is far away. */
struct ws_peer {
	struct upgraded up;
	struct tomo_call *call;
	struct ws_row *row;
	struct ws_message *first, *last; /* to be received */
	size_t queued;                   /* memory of these */
	struct ws_message *current;      /* the handler has it */
	struct ws_waiter *waiters;
	struct task *closer; /* waits until there are no others */
	uint16_t code;       /* it is closed with; 0: not yet */
	uint8_t stuck;       /* pings left out since something was sent */
	bool close_sent, close_got;
	bool faulty;    /* the peer broke the protocol, or a bound */
	bool lost;      /* no more comes, and nothing can be sent */
	bool pinged;    /* and nothing has come since */
	bool backed_up; /* what was sent last was not all */
	bool receiving; /* somebody waits for a message */
	bool ending;    /* messages are wanted no more */
	bool is_leaving;
	struct incoming incoming;
	struct deflater *deflater;    /* from the first compressed message on */
	TAILQ_ENTRY(ws_peer) peers;   /* of the row */
	TAILQ_ENTRY(ws_peer) leavers; /* of the server, if is_leaving */
	TAILQ_ENTRY(ws_peer) pinged_peers; /* of the server, if pinged */
	int64_t since_ms;                  /* of its last ping */
	int64_t pinged_ms;
	int64_t left_ms;         /* when it closed, or broke the protocol */
	const char *subprotocol; /* or NULL */
	char *reason;            /* or NULL */
	char id[UUID_SIZE];
};

/*
 * Takes the connection of the call, whose handshake is good; lines are further
 * headers.  *peer is zeroed but for call, row, deflate and subprotocol.
 */
void peer_open(struct ws_peer *peer, const char *lines);

/*
 * The handler has returned code: says goodbye, waits a little for the answer,
 * and gives the connection back.  Suspends.  Returns the code, but 0 if all that
 * it says is that the websocket was over.
 */
int peer_end(struct ws_peer *peer, int code);

/* As tomo_ws_recv(); *message stays the peer's. */
int peer_recv(struct ws_peer *peer, const struct ws_message **message);

/* Queues a message, or a ping; suspends while there is no room.  Returns as
 * tomo_ws_send_bytes(). */
int peer_send(
    struct ws_peer *peer, unsigned opcode, const void *data, size_t len);

/* Queues a whole frame; false if it is over, or too slow and now dropped. */
bool peer_post(struct ws_peer *peer, const struct buffer *frame);

/* Sends a close, if none was sent. */
void peer_close(struct ws_peer *peer, unsigned code, const char *reason);

/* To a peer that has left: no time is left to answer what came before. */
void peer_answer_close(struct ws_peer *peer);

/*
 * Sends a ping, unless the answer to the last has not come or bytes still wait
 * to be sent; if these have not moved for two intervals, it is lost.
 */
void peer_ping(struct ws_peer *peer);

/* Nothing has come in time after a ping: it is lost. */
void peer_lose_silent(struct ws_peer *peer);

#endif
