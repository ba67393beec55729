/* A folder and a stream with middleware around them. */
#include <tomodachi.h>

static int
around(struct tomo_call *call)
{
	int code;

	tomo_http_set_header(call, "X-Around", "1");
	if (tomo_http_query(call, "exact") != NULL)
		tomo_http_set_header(
		    call, "Cache-Control", "private, no-transform");
	if (tomo_http_query(call, "stop") != NULL)
		return tomo_http_text(call, 200, "stopped");
	code = tomo_next(call);
	tomo_log(call, TOMO_LOG_INFO, "after", TOMO_LOG_INT("code", code),
	    TOMO_LOG_INT("status", tomo_http_status(call)));
	return code;
}

static int
stream(struct tomo_call *call)
{
	tomo_http_stream(call, 200, NULL);
	tomo_http_write(call, (struct tomo_bytes) { "some", 4 });
	return tomo_http_query(call, "fail") != NULL
	    ? tomo_fail(call, TOMO_EUNAVAILABLE, "no more")
	    : 0;
}

TOMO_SERVICE(.name = "out_wrapped",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 5)),
    .http_middleware = TOMO_MIDDLEWARE(around),
    .handlers = TOMO_HANDLERS(TOMO_HTTP_STATIC("static", "/static/"),
	TOMO_HTTP_STATIC("static", "/cached/", .cache_control = "max-age=60"),
	TOMO_HTTP("GET", "/text", stream),
	TOMO_HTTP("GET", "/stream", stream)));
