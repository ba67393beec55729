/* What the access log says of websockets. */
#ifndef TRANSPORTS_WEBSOCKET_RECORDS_H
#define TRANSPORTS_WEBSOCKET_RECORDS_H

struct ws_peer;

/* "open", "error", "cancelled"; logger tomodachi.http.websocket. */
void record_state(const struct ws_peer *peer, const char *state);

/* "closed", with code, reason and time; logger tomodachi.http.response. */
void record_end(const struct ws_peer *peer);

#endif
