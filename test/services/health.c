/* What a stop is to find at work: a route, a hook, a task of a hook. */
#include <stdlib.h>

#include <tomodachi.h>

static int
hello(struct tomo_call *call)
{
	return tomo_http_text(
	    call, 200, tomo_is_stopping(call) ? "stopping" : "hello");
}

static int
crash(struct tomo_call *call)
{
	(void)call;
	abort();
}

static int
background(struct tomo_call *call)
{
	const int code = tomo_sleep(call, 3600 * 1000);

	tomo_log_info(call, "task ends");
	return code == TOMO_ECANCELLED ? 0 : code;
}

static int
start(struct tomo_call *call)
{
	return tomo_spawn(call, background, NULL, NULL);
}

static int
stopping(struct tomo_call *call)
{
	tomo_log_info(call, "hook stopping");
	return 0;
}

static int
stop(struct tomo_call *call)
{
	tomo_log_info(call, "hook stop");
	return 0;
}

static int
sorry(struct tomo_call *call)
{
	return tomo_http_text(call, tomo_http_status(call), "by the service");
}

/* It would hide a fault of the health path. */
static int
around(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-Around", "1");
	return tomo_next(call);
}

TOMO_SERVICE(.name = "health",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 5),
	TOMO_OPTION_INT("http.client_max_size", 1024)),
    .http_middleware = TOMO_MIDDLEWARE(around),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("POST", "/crash", crash),
	TOMO_HTTP("*", "/.*", hello), TOMO_HTTP_ERROR(405, sorry),
	TOMO_HTTP_ERROR(503, sorry)),
    .start = start, .stopping = stopping, .stop = stop);
