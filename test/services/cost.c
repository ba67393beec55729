/* What the price of a request is read off: see test/e2e/test_cost.py. */
#include <jansson.h>
#include <tomodachi.h>

static int
hello(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "hello");
}

static int
object(struct tomo_call *call)
{
	return tomo_http_json(call, 200,
	    json_pack("{s:i, s:s, s:[i, i, i]}", "id", 7, "name", "seven",
		"factors", 1, 7, 49));
}

static int
order(struct tomo_call *call)
{
	return tomo_http_text(call, 200, tomo_http_param(call, "id"));
}

TOMO_SERVICE(.name = "cost",
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/", hello),
	TOMO_HTTP("GET", "/json", object),
	TOMO_HTTP("GET", "/orders/(?P<id>[0-9]+)", order)));
