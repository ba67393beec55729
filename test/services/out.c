/* What goes out in test_http_out.py: files, folders, streams, events. */
#include <stdlib.h>
#include <string.h>

#include <tomodachi.h>

/* ?path=...&name=...&type=... of the request. */
static int
send_file(struct tomo_call *call)
{
	const struct tomo_http_file file = { .size = sizeof(file),
		.type = tomo_http_query(call, "type"),
		.download_name = tomo_http_query(call, "name") };

	return tomo_http_send_file(call, tomo_http_query(call, "path"), &file);
}

static int
plain_file(struct tomo_call *call)
{
	return tomo_http_send_file(call, "a.txt", NULL);
}

static int
error_page(struct tomo_call *call)
{
	const char *status = tomo_http_param(call, "status");

	return tomo_http_send_file(call, "a.txt",
	    &(struct tomo_http_file) { .size = sizeof(struct tomo_http_file),
		.status = atoi(status) });
}

/* The last answer wins, and the file is let go. */
static int
changed_mind(struct tomo_call *call)
{
	tomo_http_send_file(call, "a.txt", NULL);
	return tomo_http_text(call, 200, "text");
}

/* What set headers before the answer that wins. */
static int
replaced(struct tomo_call *call)
{
	const char *by = tomo_http_param(call, "by");
	const struct tomo_http_file file = { .size = sizeof(file),
		.download_name = "x" };

	tomo_http_set_header(call, "X-Kept", "1");
	if (strcmp(by, "file") == 0)
		tomo_http_send_file(call, "a.txt", &file);
	else if (strcmp(by, "bytes") == 0)
		tomo_http_bytes(call, 200, (struct tomo_bytes) { "{}", 2 },
		    "application/json");
	else if (strcmp(by, "redirect") == 0)
		tomo_http_redirect(call, 302, "/elsewhere");
	else if (strcmp(by, "stream") == 0)
		tomo_http_stream(call, 200, "text/csv");
	else
		tomo_http_set_header(call, "Content-Type", "text/html");
	return tomo_http_text(call, 500, "text");
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

static int
write_text(struct tomo_call *call, const char *text)
{
	return tomo_http_write(
	    call, (struct tomo_bytes) { text, strlen(text) });
}

/* "one", "two" and so on at once. */
static int
words(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-Words", "3");
	tomo_http_stream(call, 201, "text/words");
	write_text(call, "one ");
	write_text(call, "");
	write_text(call, "two ");
	return write_text(call, "three");
}

/* The head, then a word a request to /go. */
static struct tomo_event *go_on;

static int
go(struct tomo_call *call)
{
	tomo_event_set(go_on);
	return tomo_http_text(call, 200, "gone");
}

static int
stepwise(struct tomo_call *call)
{
	int code = tomo_http_stream(call, 200, NULL);

	for (int i = 0; i < 3 && code == 0; i++) {
		code = write_text(call, i == 0 ? "" : "step ");
		if (code == 0)
			code = tomo_event_wait(call, go_on);
		tomo_event_clear(go_on);
	}
	return code;
}

/* ?size=... bytes in one write or ?pieces=... */
static int
much(struct tomo_call *call)
{
	const char *count = tomo_http_query(call, "pieces");
	const size_t size = (size_t)atol(tomo_http_query(call, "size"));
	char *data = malloc(size);
	int code = tomo_http_stream(call, 200, "application/octet-stream");

	for (size_t i = 0; i < size; i++)
		data[i] = (char)(i * 7);
	for (int i = count != NULL ? atoi(count) : 1; i > 0 && code == 0; i--)
		code = tomo_http_write(
		    call, (struct tomo_bytes) { data, size });
	free(data);
	return code;
}

/* Never ends by itself; never waits but in the write. */
static int
endless(struct tomo_call *call)
{
	static const char zeros[16384];
	int code = tomo_http_stream(call, 200, NULL);

	while (code == 0)
		code = tomo_http_write(
		    call, (struct tomo_bytes) { zeros, sizeof(zeros) });
	tomo_log(
	    call, TOMO_LOG_INFO, "endless is over", TOMO_LOG_INT("code", code));
	return code;
}

static int
fails_within(struct tomo_call *call)
{
	tomo_http_stream(call, 200, NULL);
	write_text(call, "some");
	return tomo_fail(call, TOMO_EUNAVAILABLE, "no more");
}

/* Nothing was sent yet: any answer is still possible. */
static int
fails_before(struct tomo_call *call)
{
	tomo_http_stream(call, 200, NULL);
	return tomo_http_fail(call, 404);
}

static int
never_writes(struct tomo_call *call)
{
	return tomo_http_stream(call, 202, NULL);
}

/* Each of these is refused. */
static int
too_late(struct tomo_call *call)
{
	int codes[5];

	codes[0] = write_text(call, "no stream");
	codes[1] = tomo_http_stream(call, 204, NULL);
	tomo_http_stream(call, 200, NULL);
	write_text(call, "begun");
	codes[2] = tomo_http_text(call, 200, "other");
	codes[3] = tomo_http_set_header(call, "X-Late", "1");
	codes[4] = tomo_http_stream(call, 200, NULL);
	for (int i = 0; i < 5; i++)
		if (codes[i] != TOMO_EINVAL)
			return tomo_fail(
			    call, TOMO_EPROTOCOL, "%d: %d", i, codes[i]);
	return 0;
}

static int
events(struct tomo_call *call)
{
	tomo_http_event(call, NULL, "plain", NULL);
	tomo_http_event(call, "named", "one\ntwo\r\nthree\rfour", "7");
	tomo_http_event(call, NULL, NULL, NULL);
	tomo_http_event(call, NULL, "", NULL);
	if (tomo_http_event(call, "a\nb", "x", NULL) != TOMO_EINVAL)
		return TOMO_EPROTOCOL;
	return 0;
}

/* An event a tick until the client has gone. */
static int
ticks(struct tomo_call *call)
{
	int code = 0;

	while (code == 0) {
		code = tomo_http_event(call, "tick", "now", NULL);
		if (code == 0)
			code = tomo_sleep(call, 5);
	}
	tomo_log(
	    call, TOMO_LOG_INFO, "ticks are over", TOMO_LOG_INT("code", code));
	return code;
}

static int
start(struct tomo_call *call)
{
	go_on = tomo_event_new(call);
	return go_on != NULL ? 0 : TOMO_ENOMEM;
}

static int
stop(struct tomo_call *call)
{
	(void)call;
	tomo_event_free(go_on);
	return 0;
}

TOMO_SERVICE(.name = "out",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 5)),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET POST", "/file", send_file),
	TOMO_HTTP("GET", "/plain-file", plain_file),
	TOMO_HTTP("GET", "/changed-mind", changed_mind),
	TOMO_HTTP("GET", "/fails-after", fails_after),
	TOMO_HTTP("GET", "/page/{status}", error_page),
	TOMO_HTTP("GET", "/replaced/{by}", replaced),
	TOMO_HTTP_STATIC("static", "/static"),
	TOMO_HTTP_STATIC("static", "/files/(?P<filename>[a-z]+\\.txt)/dl"),
	TOMO_HTTP_STATIC("site", "/site/", .cache_control = "max-age=60",
	    .ignore_logging = TOMO_STATUSES(200)),
	TOMO_HTTP_STATIC("site", "/bare/", .index = ""),
	TOMO_HTTP_STATIC("swapped", "/swapped/"),
	TOMO_HTTP("GET", "/words", words), TOMO_HTTP("GET", "/go", go),
	TOMO_HTTP("GET", "/stepwise", stepwise),
	TOMO_HTTP("GET", "/much", much), TOMO_HTTP("GET", "/endless", endless),
	TOMO_HTTP("GET", "/impatient", endless, .timeout_ms = 100),
	TOMO_HTTP("GET", "/fails-within", fails_within),
	TOMO_HTTP("GET", "/fails-before", fails_before),
	TOMO_HTTP("GET", "/never-writes", never_writes),
	TOMO_HTTP("GET", "/too-late", too_late),
	TOMO_HTTP("GET", "/events", events), TOMO_HTTP("GET", "/ticks", ticks),
	TOMO_HTTP("GET", "/leaving", ticks, .cancel_on_disconnect = 1),
	TOMO_HTTP("GET", "/text", text)),
    .start = start, .stop = stop);
