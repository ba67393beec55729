#include "transports/websocket/peer_inside.h"

#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/loop/task.h"

/* ---- waiting ---- */

void
peer_wake(struct ws_peer *peer)
{
	for (struct ws_waiter *at = peer->waiters; at != NULL; at = at->next)
		task_wake(at->task, 0);
}

int
peer_wait(struct ws_peer *peer, int64_t timeout_ms)
{
	struct ws_waiter me = { task_current(), peer->waiters };
	struct ws_waiter **link = &peer->waiters;
	int code;

	peer->waiters = &me;
	code = task_wait(me.task, timeout_ms);
	while (*link != &me)
		link = &(*link)->next;
	*link = me.next;
	if (peer->closer != NULL)
		task_wake(peer->closer, 0);
	return code;
}

/* ---- its end ---- */

void
peer_set_end(
    struct ws_peer *peer, unsigned code, const char *reason, size_t reason_len)
{
	if (peer->code != 0)
		return;
	peer->code = (uint16_t)code;
	if (reason_len > 0)
		peer->reason = xstrndup(reason, reason_len);
}

void
peer_lose(struct ws_peer *peer, unsigned code, const char *reason)
{
	if (peer->lost || peer->close_got)
		return;
	peer_set_end(peer, code, reason, strlen(reason));
	peer->lost = true;
	peer_wake(peer);
}
