/* permessage-deflate as it is agreed on in the handshake (RFC 7692 5 and 7.1). */
#ifndef TRANSPORTS_WEBSOCKET_EXTENSION_H
#define TRANSPORTS_WEBSOCKET_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed: no compression. */
struct ws_deflate {
	bool is_on;
	bool server_resets, client_resets; /* "no_context_takeover" */
	bool says_server_bits, says_client_bits;
	uint8_t server_bits, client_bits; /* of the windows */
};

/*
 * Agrees to the first offer in the value of a Sec-WebSocket-Extensions header
 * that can be met.  False: there is none.
 */
bool extension_accept(const char *offers, struct ws_deflate *deflate);

enum { EXTENSION_SIZE = 160 };

/* What is answered; a header value. */
void extension_write(
    const struct ws_deflate *deflate, char out[EXTENSION_SIZE]);

#endif
