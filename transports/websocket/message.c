#include "transports/websocket/message.h"

#include <stdbool.h>
#include <stdlib.h>

#include "runtime/base/prefetch.h"

/* What a message may waste of its memory once it is whole. */
#define WASTE_MAX 4096

/* The room of those in a pool, and the most that it keeps. */
#define POOL_ROOM ((size_t)256)
#define POOL_MAX 64

void
message_pool_clear(struct message_pool *pool)
{
	struct ws_message *message;

	while ((message = pool->first) != NULL) {
		pool->first = message->next;
		free(message);
	}
	pool->count = 0;
}

static struct ws_message *
take(struct message_pool *pool)
{
	struct ws_message *message = pool->first;

	if (message == NULL)
		return malloc(sizeof(*message) + POOL_ROOM + 1);
	pool->first = message->next;
	pool->count--;
	/* The next one's turn is behind a system call or two. */
	prefetch(pool->first, 1);
	return message;
}

struct ws_message *
message_new(struct message_pool *pool, uint32_t kind, size_t room)
{
	const bool is_pooled = pool != NULL && room <= POOL_ROOM;
	struct ws_message *message = is_pooled
	    ? take(pool)
	    : malloc(sizeof(*message) + room + 1);

	if (message == NULL)
		return NULL;
	message->next = NULL;
	message->pool = pool;
	message->size = 0;
	message->room = is_pooled ? POOL_ROOM : room;
	message->kind = kind;
	return message;
}

void
message_free(struct ws_message *message)
{
	struct message_pool *pool = message != NULL ? message->pool : NULL;

	if (pool == NULL || message->room != POOL_ROOM ||
	    pool->count == POOL_MAX) {
		free(message);
		return;
	}
	message->next = pool->first;
	pool->first = message;
	pool->count++;
}

static int
resize(struct ws_message **message, size_t room)
{
	struct ws_message *moved = realloc(*message, sizeof(*moved) + room + 1);

	if (moved == NULL)
		return -1;
	moved->room = room;
	*message = moved;
	return 0;
}

int
message_reserve(struct ws_message **message, size_t more, size_t max)
{
	const size_t want = (*message)->size + more;
	size_t room = 2 * (*message)->room;

	if (want <= (*message)->room)
		return 0;
	if (room > max)
		room = max;
	return resize(message, room > want ? room : want);
}

void
message_finish(struct ws_message **message)
{
	if ((*message)->room - (*message)->size > WASTE_MAX)
		resize(message, (*message)->size);
	(*message)->data[(*message)->size] = '\0';
}
