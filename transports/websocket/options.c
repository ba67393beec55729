#include "transports/websocket/options.h"

const struct option_row websocket_options[] = {
	{ .key = "websocket.max_message_size",
	    .type = OPTION_SIZE,
	    .fallback = "4194304",
	    .min = 1,
	    .max = 1 << 30,
	    .help = "largest message in bytes; a larger one closes with "
		    "1009" },
	{ .key = "websocket.send_buffer",
	    .type = OPTION_SIZE,
	    .fallback = "262144",
	    .min = 1024,
	    .max = 1 << 30,
	    .help = "bytes queued for a slow peer before sending waits" },
	{ .key = "websocket.allowed_origins",
	    .type = OPTION_LIST,
	    .fallback = "[]",
	    .help = "origins of web pages that may connect; [] is all" },
	{ .key = "websocket.ping_interval",
	    .type = OPTION_INT,
	    .fallback = "30",
	    .min = 0,
	    .max = 86400,
	    .help = "seconds between pings; 0 sends none" },
	{ .key = "websocket.compression",
	    .type = OPTION_BOOL,
	    .fallback = "false",
	    .help = "compress messages for peers that can "
		    "(permessage-deflate)" },
	{ .key = NULL },
};
