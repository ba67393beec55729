/* Each macro of the headers, with and without further fields. */
#include <tomodachi.h>

static int
f(struct tomo_call *call)
{
	tomo_log(call, TOMO_LOG_INFO, "done", TOMO_LOG_STR("a", "b"),
	    TOMO_LOG_INT("c", 1), TOMO_LOG_FLOAT("d", 1.5),
	    TOMO_LOG_BOOL("e", 1));
	tomo_log_info(call, "%s has %d", "it", 1);
	return tomo_fail(call, TOMO_EINVAL, "%s", tomo_error(call));
}

static int
g(struct tomo_call *call)
{
	struct tomo_reply reply = { .size = sizeof(reply) };
	int code = tomo_fetch(call, TOMO_FETCH(.url = "http://a/"), &reply);

	if (code < 0)
		return code;
	return tomo_fetch(call,
	    TOMO_FETCH(.url = reply.url, .method = "PUT",
		.headers = TOMO_HEADERS({ "Accept", "text/csv" },
		    { "X-Status", tomo_reply_header(&reply, "X-Status") }),
		.body = reply.body, .timeout_ms = TOMO_NO_TIMEOUT,
		.max_redirects = TOMO_NO_REDIRECTS),
	    &reply);
}

TOMO_SERVICE(.name = "rows",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.port", 4711),
	TOMO_OPTION_BOOL("http.reuse_port", 1),
	TOMO_OPTION_STRING("http.host", "127.0.0.1"),
	TOMO_OPTION_NULL("http.max_keepalive_time"),
	TOMO_OPTION_LIST("http.real_ip_from", "127.0.0.1/32")),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/a", f),
	TOMO_HTTP("GET", "/b", f, .ignore_logging = TOMO_EVERY_STATUS),
	TOMO_HTTP("GET POST", "/c", f, .max_size = 65536, .stream_body = 1,
	    .ignore_logging = TOMO_STATUSES(200, 304)),
	TOMO_HTTP("GET", "/d", g), TOMO_HTTP_STATIC("public", "/d/"),
	TOMO_HTTP_STATIC("public", "/e/", .cache_control = "no-cache"),
	TOMO_HTTP_ERROR(404, f), TOMO_WEBSOCKET("/f", f),
	TOMO_WEBSOCKET("/g/{room}", f, .subprotocols = "b a",
	    .max_message_size = 65536, .ping_interval_ms = TOMO_WS_NO_PING),
	TOMO_SCHEDULE("every 5 seconds", f),
	TOMO_SCHEDULE(NULL, f, .timestamp = "18:00", .timezone = "UTC"),
	TOMO_HEARTBEAT(f), TOMO_MINUTELY(f, .overlap = TOMO_OVERLAP_ALLOW),
	TOMO_HOURLY(f, .immediately = 1), TOMO_DAILY(f),
	TOMO_MONTHLY(f, .catch_up = 1)),
    .http_middleware = TOMO_MIDDLEWARE(f, f),
    .message_middleware = TOMO_MIDDLEWARE(f), .start = f);
