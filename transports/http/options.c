#include "transports/http/options.h"

/* Elsewhere SO_REUSEPORT may give all connections to the newest socket. */
#ifdef __linux__
#define REUSE_PORT "true"
#else
#define REUSE_PORT "false"
#endif

#define YEAR_S 31536000
#define DAY_S 86400
#define TERABYTE ((int64_t)1 << 40)

const struct option_row http_options[] = {
	/* Listening. */
	{ .key = "http.port", .type = OPTION_INT,
	    .fallback = "9700", .min = 0, .max = 65535,
	    .help = "TCP port; 0 picks a free one and logs it" },
	{ .key = "http.host", .type = OPTION_STRING, .nullable = true,
	    .fallback = "\"0.0.0.0\"",
	    .help = "interface; null or \"\" is all (IPv4 and IPv6)" },
	{ .key = "http.reuse_port", .type = OPTION_BOOL,
	    .fallback = REUSE_PORT,
	    .help = "SO_REUSEPORT on the listening socket; true on Linux" },
	{ .key = "http.backlog", .type = OPTION_INT,
	    .fallback = "1024", .min = 1, .max = 65535,
	    .help = "connections that may wait to be accepted" },
	{ .key = "http.ssl_certfile", .type = OPTION_STRING, .nullable = true,
	    .fallback = "null",
	    .help = "PEM file of the certificate chain; turns TLS on" },
	{ .key = "http.ssl_keyfile", .type = OPTION_STRING, .nullable = true,
	    .fallback = "null",
	    .help = "PEM file of the certificate's key" },

	/* Connections. */
	{ .key = "http.keepalive_timeout", .type = OPTION_INT,
	    .fallback = "0", .min = 0, .max = YEAR_S,
	    .help = "idle seconds a connection is kept; 0 closes after each "
		    "response" },
	{ .key = "http.max_keepalive_requests", .type = OPTION_INT,
	    .nullable = true,
	    .fallback = "null", .min = 1, .max = INT32_MAX,
	    .help = "requests on one connection before it is closed" },
	{ .key = "http.max_keepalive_time", .type = OPTION_INT,
	    .nullable = true,
	    .fallback = "null", .min = 1, .max = YEAR_S,
	    .help = "seconds after which a connection is closed with its next "
		    "response" },
	{ .key = "http.termination_grace_period_seconds", .type = OPTION_INT,
	    .fallback = "30", .min = 0, .max = DAY_S,
	    .help = "bounds the whole stop: requests, queue handlers, hooks" },
	{ .key = "http.shutdown_delay_seconds", .type = OPTION_INT,
	    .fallback = "0", .min = 0, .max = DAY_S,
	    .help = "seconds to go on accepting once told to stop" },

	/* Requests. */
	{ .key = "http.client_max_size", .type = OPTION_SIZE,
	    .fallback = "104857600", .min = 1, .max = TERABYTE,
	    .help = "largest request body in bytes; larger gets 413" },
	{ .key = "http.body_memory_size", .type = OPTION_SIZE,
	    .fallback = "1048576", .min = 0, .max = 1 << 30,
	    .help = "bytes of a body held in memory; a larger one goes to a "
		    "temporary file" },
	{ .key = "http.body_timeout", .type = OPTION_INT,
	    .fallback = "30", .min = 1, .max = DAY_S,
	    .help = "seconds a body may make no progress" },
	{ .key = "http.max_header_size", .type = OPTION_SIZE,
	    .fallback = "16384", .min = 1024, .max = 1 << 20,
	    .help = "bytes of request line and headers together" },
	{ .key = "http.max_header_count", .type = OPTION_INT,
	    .fallback = "100", .min = 1, .max = 10000,
	    .help = "headers of a request" },
	{ .key = "http.header_timeout", .type = OPTION_INT,
	    .fallback = "10", .min = 1, .max = DAY_S,
	    .help = "seconds within which the headers must be complete" },
	{ .key = "http.real_ip_header", .type = OPTION_STRING,
	    .fallback = "\"X-Forwarded-For\"",
	    .help = "header the client's address is read from" },
	{ .key = "http.real_ip_from", .type = OPTION_LIST,
	    .fallback = "[]",
	    .help = "addresses and CIDRs of proxies that may set it" },

	/* Responses and what is told of them. */
	{ .key = "http.content_type", .type = OPTION_STRING,
	    .fallback = "\"text/plain; charset=utf-8\"",
	    .help = "default Content-Type of a response" },
	{ .key = "http.charset", .type = OPTION_STRING,
	    .fallback = "\"utf-8\"",
	    .help = "added to http.content_type when that names none" },
	{ .key = "http.server_header", .type = OPTION_STRING,
	    .fallback = "\"tomodachi\"",
	    .help = "Server header; \"\" sends none" },
	{ .key = "http.compression", .type = OPTION_BOOL,
	    .fallback = "false",
	    .help = "compress responses for clients that accept it" },
	{ .key = "http.access_log", .type = OPTION_BOOL_OR_STRING,
	    .fallback = "true",
	    .help = "log requests; a string is also a file (JSON lines)" },
	{ .key = "http.health_path", .type = OPTION_STRING, .nullable = true,
	    .fallback = "null",
	    .help = "path the runner answers by itself with its health" },
	{ .key = NULL },
};
