/*
 * The values of Sec-WebSocket-Key, -Extensions and -Protocol, and of Origin:
 * what is agreed on can be met, what is picked lies in the value, and nothing is
 * read past its end.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "transports/websocket/extension.h"
#include "transports/websocket/handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_extension(const char *text)
{
	struct ws_deflate agreed;
	char answer[EXTENSION_SIZE];

	if (!extension_accept(text, &agreed)) {
		if (agreed.is_on)
			abort();
		return;
	}
	if (agreed.server_bits < 9 || agreed.server_bits > 12 ||
	    agreed.client_bits < 8 || agreed.client_bits > 15)
		abort();
	extension_write(&agreed, answer);
	if (strlen(answer) >= EXTENSION_SIZE)
		abort();
}

static void
check_subprotocol(const char *text)
{
	const char *start = NULL;
	const size_t len = handshake_subprotocol(text, "a bc, d", &start);

	if (len > 0 && (start < text || start + len > text + strlen(text)))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const origins[] = { "https://a.example", NULL };
	/* Of exactly its size, so that an over-read is seen. */
	char *text = xstrndup((const char *)data, size);
	char accept[HANDSHAKE_ACCEPT_SIZE];

	check_extension(text);
	check_subprotocol(text);
	handshake_is_allowed(text, origins);
	if (handshake_is_key(text) && strlen(text) != 24)
		abort();
	handshake_accept(text, accept);
	if (strlen(accept) != HANDSHAKE_ACCEPT_SIZE - 1)
		abort();
	free(text);
	return 0;
}
