/*
 * One message as it grows; then it waits to be received.
 *
 * Most are small and soon gone, and many are there at once: one for each
 * connection that was heard in a pass.  malloc() is slow with more of a size
 * than the seven that it keeps at hand, so the memory of these goes round.
 */
#ifndef TRANSPORTS_WEBSOCKET_MESSAGE_H
#define TRANSPORTS_WEBSOCKET_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

struct ws_message;

/* Small messages that were freed; shared by the connections of a service.
 * Zeroed it is empty. */
struct message_pool {
	struct ws_message *first;
	unsigned count;
};

void message_pool_clear(struct message_pool *pool);

struct ws_message {
	struct ws_message *next;
	struct message_pool *pool; /* or NULL */
	size_t size, room;
	uint32_t kind; /* TOMO_WS_* */
	char data[];   /* and a NUL */
};

/* From the pool, or without one if that is NULL; it has at least that room.
 * NULL when there is no memory. */
struct ws_message *message_new(
    struct message_pool *pool, uint32_t kind, size_t room);
void message_free(struct ws_message *message);

/*
 * Makes room for more bytes, doubling it but not past max.  The message may
 * move.  Returns 0, or -1 when there is no memory.
 */
int message_reserve(struct ws_message **message, size_t more, size_t max);

/* Ends it with a NUL and gives back what it does not need. */
void message_finish(struct ws_message **message);

#endif
