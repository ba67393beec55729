#include "transports/all.h"

#include "runtime/base/runtime_options.h"
#include "transports/amqp/options.h"
#include "transports/aws/options.h"
#include "transports/http/http.h"
#include "transports/http/options.h"
#include "transports/net/net.h"
#include "transports/schedule/schedule.h"
#include "transports/websocket/options.h"
#include "transports/websocket/websocket.h"

const struct option_row *const all_option_tables[] = {
	http_options,
	websocket_options,
	amqp_options,
	aws_options,
	watcher_options,
	runtime_options,
	NULL,
};

const struct transport *const all_transports[] = {
	&http_transport,
	&websocket_transport,
	&net_transport,
	&schedule_transport,
	NULL,
};
