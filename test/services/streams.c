/* Streams beside each other, for test_http_streams.py. */
#include <stdlib.h>
#include <string.h>

#include <tomodachi.h>

static struct tomo_event *gate;

static int
open_gate(struct tomo_call *call)
{
	tomo_event_set(gate);
	return tomo_http_text(call, 200, "open");
}

static size_t
number(struct tomo_call *call, const char *name)
{
	const char *text = tomo_http_query(call, name);

	return text != NULL ? strtoul(text, NULL, 10) : 0;
}

/* Of no use to gzip. */
static struct tomo_bytes
noise(struct tomo_call *call, size_t size)
{
	unsigned char *data = tomo_alloc(call, size);
	uint32_t seed = 1;

	for (size_t i = 0; i < size; i++) {
		seed = seed * 1664525 + 1013904223;
		data[i] = (unsigned char)(seed >> 24);
	}
	return (struct tomo_bytes) { (const char *)data, size };
}

/* Waits for the gate, then writes ?size= bytes behind ?headers= headers. */
static int
gated(struct tomo_call *call)
{
	const char *who = tomo_http_query(call, "who");
	int code;

	for (size_t i = 0; i < number(call, "headers"); i++)
		tomo_http_add_header(call, "X-Filler",
		    "a header that is some 60 bytes long, with its name");
	tomo_http_set_header(call, "X-Who", who);
	tomo_log_info(call, "waits at the gate");
	code = tomo_event_wait(call, gate);
	if (code == 0)
		code = tomo_http_stream(call, 200, "text/plain");
	return code == 0
	    ? tomo_http_write(call, noise(call, number(call, "size")))
	    : code;
}

/* One event, with Cache-Control: ?cache= if it is given. */
static int
event(struct tomo_call *call)
{
	const char *cache = tomo_http_query(call, "cache");

	if (cache != NULL)
		tomo_http_set_header(call, "Cache-Control", cache);
	return tomo_http_event(call, NULL, "one", NULL);
}

/* ---- small pieces ---- */

static int turns;

static int
take_turns(struct tomo_call *call)
{
	int code = 0;

	for (turns = 0; code == 0; turns++)
		code = tomo_sleep(call, 0);
	return code;
}

/* How often others ran while 6400 lines were written. */
static int
lines(struct tomo_call *call)
{
	static const char line[] = "one of very many small lines\n";
	struct tomo_task *task;
	int code = tomo_spawn(call, take_turns, NULL, &task);

	if (code == 0)
		code = tomo_http_stream(call, 200, "text/plain");
	for (int i = 0; i < 6400 && code == 0; i++)
		code = tomo_http_write(
		    call, (struct tomo_bytes) { line, sizeof(line) - 1 });
	tomo_log(call, TOMO_LOG_INFO, "lines are written",
	    TOMO_LOG_INT("turns", turns));
	tomo_cancel(task);
	return code;
}

/* ---- on the call of another ---- */

static int
use_its_call(struct tomo_call *call)
{
	struct tomo_call *other = *(struct tomo_call **)tomo_task_arg(call);
	struct tomo_bytes bytes = { "x", 1 };

	tomo_log(call, TOMO_LOG_INFO, "used",
	    TOMO_LOG_INT("write", tomo_http_write(other, bytes)),
	    TOMO_LOG_INT("event", tomo_http_event(other, NULL, "x", NULL)),
	    TOMO_LOG_INT("read", tomo_http_read(other, &bytes)),
	    TOMO_LOG_STR("error", tomo_error(other)));
	return 0;
}

static int
shared(struct tomo_call *call)
{
	struct tomo_task *task;
	int code = tomo_http_stream(call, 200, "text/plain");

	if (code == 0)
		code = tomo_spawn(call, use_its_call, &call, &task);
	if (code == 0)
		code = tomo_join(call, task, NULL);
	return code == 0
	    ? tomo_http_write(call, (struct tomo_bytes) { "own", 3 })
	    : code;
}

static int
start(struct tomo_call *call)
{
	gate = tomo_event_new(call);
	return gate != NULL ? 0 : TOMO_ENOMEM;
}

static int
stop(struct tomo_call *call)
{
	(void)call;
	tomo_event_free(gate);
	return 0;
}

TOMO_SERVICE(.name = "streams",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 5)),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/gated", gated),
	TOMO_HTTP("GET", "/open", open_gate), TOMO_HTTP("GET", "/lines", lines),
	TOMO_HTTP("GET", "/event", event),
	TOMO_HTTP("POST", "/shared", shared, .stream_body = 1)),
    .start = start, .stop = stop);
