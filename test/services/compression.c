/* Answers of every kind, for test_http_compression.py. */
#include <stdlib.h>
#include <string.h>

#include <tomodachi.h>

/* What "?size=" many bytes of an answer are made of. */
static const char line[] = "All work and no play makes Jack a dull boy.\n";

static size_t
number(struct tomo_call *call, const char *name, size_t otherwise)
{
	const char *text = tomo_http_query(call, name);

	return text != NULL ? strtoul(text, NULL, 10) : otherwise;
}

static struct tomo_bytes
content(struct tomo_call *call)
{
	const size_t size = number(call, "size", 4096);
	char *data = tomo_alloc(call, size + 1);

	for (size_t i = 0; data != NULL && i < size; i++)
		data[i] = line[i % (sizeof(line) - 1)];
	return (struct tomo_bytes) { data, size };
}

/* Each "?header=Name:value" is set. */
static void
set_headers(struct tomo_call *call)
{
	const char *name, *value;

	for (size_t i = 0; tomo_http_query_at(call, i, &name, &value); i++) {
		const char *colon = strchr(value, ':');

		if (strcmp(name, "header") == 0 && colon != NULL)
			tomo_http_add_header(call,
			    tomo_printf(
				call, "%.*s", (int)(colon - value), value),
			    colon + 1);
	}
}

static int
body(struct tomo_call *call)
{
	set_headers(call);
	return tomo_http_bytes(call, (int)number(call, "status", 200),
	    content(call), tomo_http_query(call, "type"));
}

/* Bytes that only become longer. */
static int
noise(struct tomo_call *call)
{
	const size_t size = 4096;
	unsigned char *data = tomo_alloc(call, size);
	uint32_t seed = 1;

	if (data == NULL)
		return TOMO_ENOMEM;
	for (size_t i = 0; i < size; i++) {
		seed = seed * 1664525 + 1013904223;
		data[i] = (unsigned char)(seed >> 24);
	}
	return tomo_http_bytes(
	    call, 200, (struct tomo_bytes) { (char *)data, size }, NULL);
}

static int
send_file(struct tomo_call *call)
{
	set_headers(call);
	return tomo_http_send_file(call, tomo_http_query(call, "path"), NULL);
}

/* A piece, and the next once /more was asked for. */
static struct tomo_event *more;

static int
let_more(struct tomo_call *call)
{
	tomo_event_set(more);
	return tomo_http_text(call, 200, "more");
}

static int
stream(struct tomo_call *call)
{
	const size_t pieces = number(call, "pieces", 2);
	int code = tomo_http_stream(call, 200, tomo_http_query(call, "type"));

	set_headers(call);
	for (size_t i = 0; i < pieces && code == 0; i++)
		code = tomo_http_write(call, content(call));
	return code;
}

static int
slowly(struct tomo_call *call)
{
	int code = tomo_http_event(call, NULL, "one", NULL);

	if (code == 0)
		code = tomo_event_wait(call, more);
	return code == 0 ? tomo_http_event(call, NULL, "two", NULL) : code;
}

static int
breaks(struct tomo_call *call)
{
	tomo_http_stream(call, 200, NULL);
	tomo_http_write(call, content(call));
	return tomo_fail(call, TOMO_EUNAVAILABLE, "no more");
}

static int
start(struct tomo_call *call)
{
	more = tomo_event_new(call);
	return more != NULL ? 0 : TOMO_ENOMEM;
}

static int
stop(struct tomo_call *call)
{
	(void)call;
	tomo_event_free(more);
	return 0;
}

TOMO_SERVICE(.name = "compression",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 5)),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/body", body),
	TOMO_HTTP("GET", "/noise", noise), TOMO_HTTP("GET", "/file", send_file),
	TOMO_HTTP("GET", "/stream", stream),
	TOMO_HTTP("GET", "/slowly", slowly),
	TOMO_HTTP("GET", "/more", let_more),
	TOMO_HTTP("GET", "/breaks", breaks),
	TOMO_HTTP_STATIC("static", "/static/"),
	TOMO_HTTP_STATIC(
	    "static", "/exact/", .cache_control = "max-age=5, no-transform")),
    .start = start, .stop = stop);
