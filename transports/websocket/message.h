/* One message as it grows; then it waits to be received. */
#ifndef TRANSPORTS_WEBSOCKET_MESSAGE_H
#define TRANSPORTS_WEBSOCKET_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

struct ws_message {
	struct ws_message *next;
	size_t size, room;
	uint32_t kind; /* TOMO_WS_* */
	char data[];   /* and a NUL */
};

/* NULL when there is no memory. */
struct ws_message *message_new(uint32_t kind, size_t room);
void message_free(struct ws_message *message);

/*
 * Makes room for more bytes, doubling it but not past max.  The message may
 * move.  Returns 0, or -1 when there is no memory.
 */
int message_reserve(struct ws_message **message, size_t more, size_t max);

/* Ends it with a NUL and gives back what it does not need. */
void message_finish(struct ws_message **message);

#endif
