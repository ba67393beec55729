/* What the transports of a service share: made at first use. */
#ifndef TRANSPORTS_NET_NET_H
#define TRANSPORTS_NET_NET_H

#include "runtime/service/transport.h"

struct curl_loop;
struct tomo_call;

/* Has no rows; lets go of what is shared when the service ends. */
extern const struct transport net_transport;

/*
 * The service's transfers.  At first use suspends while a thread loads
 * libcurl.  Returns 0, TOMO_EUNAVAILABLE (no libcurl), TOMO_ETIMEOUT,
 * TOMO_ECANCELLED or TOMO_ENOMEM, with a text for tomo_error().
 */
int net_curl(struct tomo_call *call, struct curl_loop **curl);

#endif
