#include "transports/websocket/message.h"

#include <stdlib.h>

/* What a message may waste of its memory once it is whole. */
#define WASTE_MAX 4096

struct ws_message *
message_new(uint32_t kind, size_t room)
{
	struct ws_message *message = malloc(sizeof(*message) + room + 1);

	if (message == NULL)
		return NULL;
	*message = (struct ws_message) { .kind = kind, .room = room };
	return message;
}

void
message_free(struct ws_message *message)
{
	free(message);
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
