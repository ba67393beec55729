/*
 * Websockets (RFC 6455): the handler of a TOMO_WEBSOCKET row runs once for each
 * peer, from the handshake on until it returns.
 *
 *	while ((code = tomo_ws_recv(call, &message)) > 0)
 *		tomo_ws_send(call, message.kind, (struct tomo_bytes) {
 *		    message.data, message.size });
 *	return code;
 *
 * What http.h tells of a request works all the time.  When the handler returns
 * the websocket is closed: with 1000, or with 1011 if it failed.  What it sends
 * goes out when it next waits.
 *
 * Except where it is said, call is that of the handler, used by it or by a task
 * that it has spawned; on a call of another kind functions return TOMO_EKIND or
 * NULL.
 */
#ifndef TOMODACHI_WEBSOCKET_H
#define TOMODACHI_WEBSOCKET_H

#include <tomodachi/abi.h>
#include <tomodachi/call.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOMO_WS_TEXT 1u   /* UTF-8, checked */
#define TOMO_WS_BINARY 2u

struct tomo_ws_message {
	const char *data; /* ends with a NUL that size does not count */
	size_t size;
	uint32_t kind;    /* TOMO_WS_* */
	uint32_t reserved;
};

/*
 * Waits for the next complete message.  Suspends.  Its bytes are the runner's
 * and stay valid until the next tomo_ws_recv() on this call.
 *
 * Returns 1; 0 once the websocket is closed, by the peer or because the
 * service stops; TOMO_ECLOSED if it was lost without a close, or the peer broke
 * the protocol or sent more than max_message_size (tomo_ws_close_code() tells);
 * TOMO_ETIMEOUT, TOMO_ECANCELLED; or TOMO_EINVAL while another task waits here.
 * Since ABI 1.
 */
TOMO_API int tomo_ws_recv(struct tomo_call *call,
    struct tomo_ws_message *message);

/*
 * Queue one message, which is copied; the JSON value is stolen, released even
 * on failure, and goes out as text.  Text has to be UTF-8.  They suspend only
 * while the peer is slower than the websocket.send_buffer option (bytes).
 * Return 0; TOMO_ECLOSED once the websocket is closed or lost; TOMO_ETIMEOUT,
 * TOMO_ECANCELLED; TOMO_EINVAL (no data, not UTF-8, not JSON); or TOMO_ETOOBIG
 * (1 GiB).  Since ABI 1.
 */
TOMO_API int tomo_ws_send(struct tomo_call *call, uint32_t kind,
    struct tomo_bytes bytes);
TOMO_API int tomo_ws_send_text(struct tomo_call *call, const char *text);
TOMO_API int tomo_ws_send_bytes(struct tomo_call *call,
    struct tomo_bytes bytes);
TOMO_API int tomo_ws_send_json(struct tomo_call *call, struct json_t *json);

/*
 * Sends a ping with at most 125 bytes; the answer is not reported.  The runner
 * pings by itself (websocket.ping_interval).  Returns as tomo_ws_send_bytes().
 * Since ABI 1.
 */
TOMO_API int tomo_ws_ping(struct tomo_call *call, struct tomo_bytes bytes);

/*
 * Closes: code is 1000, 1001, 1003, 1007 to 1014, or 3000 to 4999; reason, at
 * most 123 bytes of UTF-8, may be NULL.  Does not wait; nothing can be sent
 * after it.  Returns 0, also if it was closed before, or TOMO_EINVAL.  Since
 * ABI 1.
 */
TOMO_API int tomo_ws_close(struct tomo_call *call, int code,
    const char *reason);

/*
 * The code that it was closed with, by whoever was first: 1005 if the peer gave
 * none, 1006 if it was lost; 0 while it is open.  And the reason; "" if none was
 * given.  Borrowed as long as the handler runs.  Since ABI 1.
 */
TOMO_API int tomo_ws_close_code(const struct tomo_call *call);
TOMO_API const char *tomo_ws_close_reason(const struct tomo_call *call);

/* A name of this websocket, a UUID, which the log has too.  Since ABI 1. */
TOMO_API const char *tomo_ws_id(const struct tomo_call *call);

/* Which of the row's subprotocols the peer has asked for first; or NULL.
 * Since ABI 1. */
TOMO_API const char *tomo_ws_subprotocol(const struct tomo_call *call);

/*
 * Sends to all peers of the row with that pattern, as it is written in the
 * table, on this worker; pattern NULL is the call's own row, its own peer
 * included.  Can be used on a call of any kind, and does not suspend: a peer
 * for which more than websocket.send_buffer bytes wait is dropped (1008).
 * Returns how many peers it is sent to, TOMO_ENOTFOUND (no such row),
 * TOMO_ETOOBIG or TOMO_EINVAL.  Since ABI 1.
 */
TOMO_API int tomo_ws_broadcast_text(struct tomo_call *call,
    const char *pattern, const char *text);
TOMO_API int tomo_ws_broadcast_bytes(struct tomo_call *call,
    const char *pattern, struct tomo_bytes bytes);

/* How many peers that row has now; or TOMO_ENOTFOUND.  Since ABI 1. */
TOMO_API int tomo_ws_peer_count(struct tomo_call *call, const char *pattern);

#ifdef __cplusplus
}
#endif
#endif
