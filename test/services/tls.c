/* What the TLS tests look at. */
#include <tomodachi.h>

#define LARGE (10u << 20)

static int
text(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "text");
}

static int
scheme(struct tomo_call *call)
{
	return tomo_http_text(call, 200, tomo_http_scheme(call));
}

static int
echo(struct tomo_call *call)
{
	return tomo_http_bytes(call, 200, tomo_http_body(call), NULL);
}

static int
large(struct tomo_call *call)
{
	char *data = tomo_alloc(call, LARGE);

	if (data == NULL)
		return TOMO_ENOMEM;
	for (size_t i = 0; i < LARGE; i++)
		data[i] = (char)('a' + i % 23);
	return tomo_http_bytes(
	    call, 200, (struct tomo_bytes) { data, LARGE }, NULL);
}

/* ?path=... of the request. */
static int
file(struct tomo_call *call)
{
	return tomo_http_send_file(call, tomo_http_query(call, "path"), NULL);
}

static int
fails_within(struct tomo_call *call)
{
	tomo_http_stream(call, 200, NULL);
	tomo_http_write(call, (struct tomo_bytes) { "some", 4 });
	return tomo_fail(call, TOMO_EUNAVAILABLE, "no more");
}

TOMO_SERVICE(.name = "tls",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 10)),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/text", text),
	TOMO_HTTP("GET", "/scheme", scheme), TOMO_HTTP("POST", "/echo", echo),
	TOMO_HTTP("GET", "/fails-within", fails_within),
	TOMO_HTTP("GET", "/large", large), TOMO_HTTP("GET", "/file", file)));
