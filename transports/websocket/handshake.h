/* The opening handshake (RFC 6455 4.2): its headers, one by one. */
#ifndef TRANSPORTS_WEBSOCKET_HANDSHAKE_H
#define TRANSPORTS_WEBSOCKET_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether that is a Sec-WebSocket-Key: 16 bytes in base64. */
bool handshake_is_key(const char *key);

enum { HANDSHAKE_ACCEPT_SIZE = 29 };

/* The Sec-WebSocket-Accept that proves that the key was read. */
void handshake_accept(const char *key, char out[HANDSHAKE_ACCEPT_SIZE]);

/*
 * The first of the names that the peer wants ("a, b") which is among ours ("b c",
 * separated by spaces or commas).  Returns its length, 0 for none, and where it
 * is in wanted.
 */
size_t handshake_subprotocol(
    const char *wanted, const char *ours, const char **start);

/* Whether a page from that origin may connect; list: NULL-ended, empty is any;
 * origin: NULL when it is no page. */
bool handshake_is_allowed(const char *origin, const char *const *list);

#endif
