/* The builders of C++, with and without further fields. */
#include <tomodachi.h>

static int
f(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "hello");
}

static int
g(struct tomo_call *call)
{
	struct tomo_fetch request = tomo::fetch("http://a/");
	const tomo_header headers[] = { { "Accept", "text/csv" }, {} };
	struct tomo_reply reply = tomo::reply();

	request.headers = headers;
	return tomo_fetch(call, &request, &reply);
}

static constexpr tomo_http_spec
quiet(tomo_http_spec spec)
{
	spec.ignore_logging = TOMO_EVERY_STATUS;
	spec.timeout_ms = 1000;
	return spec;
}

static constexpr auto plain = tomo::http("GET", "/a", f, "f");
static constexpr auto health = quiet(tomo::http("GET", "/b", f, "f"));
static constexpr auto ask = tomo::http("GET", "/c", g, "g");
static constexpr auto files = tomo::http_static("public", "/d/");
static constexpr auto socket = tomo::websocket("/e", f, "f");
static constexpr auto lost = tomo::http_error(404, f, "f");

static constexpr tomo_schedule_spec
in_paris(tomo_schedule_spec spec)
{
	spec.timezone = "Europe/Paris";
	return spec;
}

static constexpr auto noon = in_paris(tomo::schedule("0 12 * * *", f, "f"));
static constexpr auto beat = tomo::heartbeat(f, "f");

static constexpr tomo_handler rows[] = {
	tomo::row(plain), tomo::row(health), tomo::row(ask), tomo::row(files),
	tomo::row(lost), tomo::row(socket), tomo::row(noon), tomo::row(beat),
	tomo::end()
};
static constexpr tomo_option options[] = {
	tomo::option("http.port", 4711), tomo::option("http.reuse_port", true),
	tomo::option("http.host", "127.0.0.1"), tomo::option_end()
};

static constexpr tomo_fn *around[] = { f, f, nullptr };
static constexpr auto wrapped = tomo::middleware(around, "f, f");

static constexpr struct tomo_service
whole(struct tomo_service made)
{
	made.http_middleware = &wrapped;
	return made;
}

TOMO_SERVICE_CXX(whole(tomo::service("rows", rows, options)));
