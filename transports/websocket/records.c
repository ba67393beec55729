#include "transports/websocket/records.h"

#include <stddef.h>

#include <tomodachi/log.h>

#include "transports/http/upgrade.h"
#include "transports/websocket/peer.h"

void
record_state(const struct ws_peer *peer, const char *state)
{
	const struct tomo_log_field fields[] = {
		TOMO_LOG_STR("websocket_state", state),
		TOMO_LOG_STR("websocket_id", peer->id),
		{ .key = NULL },
	};

	upgrade_log(peer->call, "tomodachi.http.websocket", fields, false);
}

void
record_end(const struct ws_peer *peer)
{
	struct tomo_log_field fields[] = {
		TOMO_LOG_STR("websocket_state", "closed"),
		TOMO_LOG_STR("websocket_id", peer->id),
		TOMO_LOG_INT("close_code", peer->code),
		TOMO_LOG_STR("close_reason", peer->reason),
		{ .key = NULL },
	};

	if (peer->reason == NULL)
		fields[3].key = NULL;
	upgrade_log(peer->call, "tomodachi.http.response", fields, true);
}
