/* What has come from a peer and waits to be received. */
#include "transports/websocket/peer_inside.h"

#include <tomodachi/abi.h>

#include "runtime/loop/task.h"
#include "transports/websocket/message.h"

void
peer_drop_queue(struct ws_peer *peer)
{
	struct ws_message *message;

	while ((message = peer->first) != NULL) {
		peer->first = message->next;
		message_free(message);
	}
	peer->queued = 0;
}

static struct ws_message *
shift(struct ws_peer *peer)
{
	struct ws_message *message = peer->first;

	if (message == NULL)
		return NULL;
	peer->first = message->next;
	peer->queued -= message->room + sizeof(*message);
	if (peer->queued <= QUEUE_MAX / 2)
		upgrade_resume(&peer->up);
	return message;
}

int
peer_recv(struct ws_peer *peer, const struct ws_message **message)
{
	int code = 0;

	if (peer->receiving)
		return TOMO_EINVAL;
	message_free(peer->current);
	peer->current = NULL;
	if (peer->first == NULL)
		peer_answer_close(peer);
	if (peer->first == NULL)
		upgrade_flush(&peer->up);
	peer->receiving = true;
	while (code == 0 && peer->first == NULL && !peer_is_over(peer))
		code = peer_wait(peer, -1);
	peer->receiving = false;
	if (code < 0)
		return code;
	*message = peer->current = shift(peer);
	if (*message != NULL)
		return 1;
	return (peer->lost && !peer->close_got) || peer->faulty ? TOMO_ECLOSED
								: 0;
}

void
peer_queue(struct ws_peer *peer, struct ws_message *message)
{
	if (peer->ending) {
		message_free(message);
		return;
	}
	message->next = NULL;
	if (peer->first == NULL)
		peer->first = message;
	else
		peer->last->next = message;
	peer->last = message;
	peer->queued += message->room + sizeof(*message);
	if (peer->queued > QUEUE_MAX)
		upgrade_pause(&peer->up);
	peer_wake(peer);
}
