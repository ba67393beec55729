/* What goes out in test_http_out.py: files, folders, streams, events. */
#include <stdlib.h>
#include <string.h>

#include <tomodachi.h>

/* ?path=...&name=...&type=... of the request. */
static int
send_file(struct tomo_call *call)
{
	const struct tomo_http_file file = { sizeof(file),
		tomo_http_query(call, "type"), tomo_http_query(call, "name") };
	int code = tomo_http_send_file(
	    call, tomo_http_query(call, "path"), &file);

	if (code == TOMO_ENOTFOUND)
		return tomo_http_fail(call, 404);
	return code;
}

static int
plain_file(struct tomo_call *call)
{
	return tomo_http_send_file(call, "a.txt", NULL);
}

/* The last answer wins, and the file is let go. */
static int
changed_mind(struct tomo_call *call)
{
	tomo_http_send_file(call, "a.txt", NULL);
	return tomo_http_text(call, 200, "text");
}

static int
fails_after(struct tomo_call *call)
{
	tomo_http_send_file(call, "a.txt", NULL);
	return tomo_fail(call, TOMO_EUNAVAILABLE, "no more");
}

static int
text(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "text");
}

TOMO_SERVICE(.name = "out",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 5)),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET POST", "/file", send_file),
	TOMO_HTTP("GET", "/plain-file", plain_file),
	TOMO_HTTP("GET", "/changed-mind", changed_mind),
	TOMO_HTTP("GET", "/fails-after", fails_after),
	TOMO_HTTP_STATIC("static", "/static"),
	TOMO_HTTP_STATIC("static", "/files/(?P<filename>[a-z]+\\.txt)/dl"),
	TOMO_HTTP_STATIC("site", "/site/", .cache_control = "max-age=60",
	    .ignore_logging = TOMO_STATUSES(200)),
	TOMO_HTTP_STATIC("site", "/bare/", .index = ""),
	TOMO_HTTP_STATIC("swapped", "/swapped/"),
	TOMO_HTTP("GET", "/text", text)));
