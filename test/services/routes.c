/* A route for each thing that the HTTP tests look at. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <tomodachi.h>

static int
text(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "text");
}

static int
bytes(struct tomo_call *call)
{
	return tomo_http_bytes(call, 200,
	    (struct tomo_bytes) { "\0\1\377 bytes", 9 },
	    "application/octet-stream");
}

static int
json(struct tomo_call *call)
{
	return tomo_http_json(call, 201, json_pack("{s:i}", "a", 1));
}

static int
item(struct tomo_call *call)
{
	return tomo_http_textf(
	    call, 200, "item %s", tomo_http_param(call, "id"));
}

static int
status(struct tomo_call *call)
{
	const char *code = tomo_http_param(call, "code");

	return tomo_http_textf(call, atoi(code), "status %s", code);
}

static int
headers(struct tomo_call *call)
{
	if (tomo_http_set_header(call, "Connection", "x") != TOMO_EINVAL ||
	    tomo_http_set_header(call, "X-Split", "a\r\nb: c") != TOMO_EINVAL ||
	    tomo_http_set_header(call, "a b", "c") != TOMO_EINVAL)
		return tomo_http_text(call, 500, "a bad header was taken");
	tomo_http_add_header(call, "X-Two", "1");
	tomo_http_add_header(call, "X-Two", "2");
	tomo_http_set_header(call, "X-One", "old");
	tomo_http_set_header(call, "x-one", "new");
	tomo_http_set_header(call, "Content-Type", "text/csv");
	return tomo_http_text(call, 202, "accepted");
}

/* The request as seen: a line each. */
static int
show(struct tomo_call *call)
{
	const char *name, *value;
	char *out = tomo_printf(call, "%s %s raw=%s query=%s ip=%s user=%s\n",
	    tomo_http_method(call), tomo_http_path(call),
	    tomo_http_raw_path(call), tomo_http_query_string(call),
	    tomo_http_remote_ip(call),
	    tomo_http_auth_user(call) != NULL ? tomo_http_auth_user(call)
					      : "-");

	for (size_t i = 0; tomo_http_query_at(call, i, &name, &value); i++)
		out = tomo_printf(call, "%sq %s=%s\n", out, name, value);
	for (size_t i = 0; tomo_http_header_at(call, i, &name, &value); i++)
		out = tomo_printf(call, "%sh %s=%s\n", out, name, value);
	return tomo_http_text(call, 200, out);
}

static int
echo(struct tomo_call *call)
{
	return tomo_http_bytes(call, 200, tomo_http_body(call), NULL);
}

static int
body_json(struct tomo_call *call)
{
	json_t *body = tomo_http_body_json(call);

	if (body == NULL)
		return tomo_http_textf(call, 400, "%s", tomo_error(call));
	return tomo_http_json(call, 200, json_incref(body));
}

static int
same_json(struct tomo_call *call)
{
	return tomo_http_json(call, 200, tomo_http_body_json(call));
}

static int
deep_json(struct tomo_call *call)
{
	json_t *value = json_null();

	for (int n = atoi(tomo_http_param(call, "levels")); n > 0; n--)
		value = n % 2 ? json_pack("[o]", value)
			      : json_pack("{s:o}", "a", value);
	return tomo_http_json(call, 200, value);
}

/* What the runner keeps in the call must outlive a rewind. */
static int
rewound(struct tomo_call *call)
{
	size_t mark = tomo_mark(call);
	const char *ip, *a;

	tomo_alloc(call, 9000);
	ip = tomo_http_remote_ip(call);
	a = tomo_http_query(call, "a");
	tomo_set(call, "ip", (void *)(size_t)ip, NULL);
	tomo_http_set_header(call, "X-A", a);
	tomo_fail(call, TOMO_EINVAL, "a failure");
	tomo_rewind(call, mark);
	memset(tomo_alloc(call, 20000), 'x', 20000);
	return tomo_http_textf(call, 200, "%s %s %s",
	    (const char *)tomo_get(call, "ip"), tomo_http_query(call, "a"),
	    tomo_error(call));
}

/* A deadline counts from now, however long the loop was held before. */
static int
lag(struct tomo_call *call)
{
	int64_t until = tomo_now_ms() + 60;

	while (tomo_now_ms() < until)
		;
	tomo_deadline(call, 50);
	return tomo_sleep(call, 5) < 0 ? TOMO_ETIMEOUT
				       : tomo_http_text(call, 200, "in time");
}

static int
big(struct tomo_call *call)
{
	size_t size = strtoul(tomo_http_param(call, "n"), NULL, 10);
	char *body = tomo_alloc(call, size + 1);

	if (body == NULL)
		return TOMO_ENOMEM;
	memset(body, 'x', size);
	return tomo_http_text(call, 200, body);
}

static int
snooze(struct tomo_call *call)
{
	const char *ms = tomo_http_param(call, "ms");
	int code = tomo_sleep(call, atoi(ms));

	return code < 0 ? code : tomo_http_textf(call, 200, "slept %s", ms);
}

static int
cancelled(struct tomo_call *call)
{
	int code = tomo_sleep(call, 60000);

	tomo_log(call, TOMO_LOG_INFO, "walked out", TOMO_LOG_INT("code", code));
	return code;
}

static int
fail(struct tomo_call *call)
{
	return tomo_fail(call, TOMO_EUNAVAILABLE, "no database");
}

static int
forget(struct tomo_call *call)
{
	(void)call;
	return 0;
}

static int
conflict(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-Kept", "1");
	return tomo_http_fail(call, 409);
}

static int
gone(struct tomo_call *call)
{
	return tomo_http_fail(call, 410);
}

static int
teapot(struct tomo_call *call)
{
	return tomo_http_fail(call, 418);
}

static int
leave(struct tomo_call *call)
{
	const char *code = tomo_http_param(call, "code");

	tomo_exit(call, atoi(code));
	return tomo_http_textf(call, 200, "leaving %s", code);
}

static int
hold_loop(struct tomo_call *call)
{
	int64_t until = tomo_now_ms() + atoi(tomo_http_param(call, "ms"));

	while (tomo_now_ms() < until)
		;
	return tomo_http_text(call, 200, "held");
}

static int
on_conflict(struct tomo_call *call)
{
	return tomo_http_textf(
	    call, tomo_http_status(call), "handled %d", tomo_http_status(call));
}

static int
on_gone(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "gone as 200");
}

static int
on_teapot(struct tomo_call *call)
{
	return tomo_fail(call, TOMO_EINVAL, "the error handler failed too");
}

TOMO_SERVICE(.name = "routes",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 5),
	TOMO_OPTION_STRING("http.client_max_size", "64K"),
	TOMO_OPTION_STRING("http.body_memory_size", "1K")),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/text", text),
	TOMO_HTTP("GET", "/bytes", bytes), TOMO_HTTP("GET", "/json", json),
	TOMO_HTTP("GET", "/item/{id}", item),
	TOMO_HTTP("GET", "/status/(?P<code>[0-9]+)", status),
	TOMO_HTTP("GET", "/headers", headers), TOMO_HTTP("*", "/show.*", show),
	TOMO_HTTP("POST PUT", "/echo", echo),
	TOMO_HTTP("POST", "/small", echo, .max_size = 10),
	TOMO_HTTP("POST", "/json", body_json),
	TOMO_HTTP("POST", "/same", same_json),
	TOMO_HTTP("GET", "/deep/{levels}", deep_json),
	TOMO_HTTP("GET", "/rewound", rewound), TOMO_HTTP("GET", "/lag", lag),
	TOMO_HTTP("GET", "/big/{n}", big),
	TOMO_HTTP("GET", "/sleep/{ms}", snooze),
	TOMO_HTTP("GET", "/hurry/{ms}", snooze, .timeout_ms = 20),
	TOMO_HTTP("GET", "/cancelled", cancelled, .cancel_on_disconnect = 1),
	TOMO_HTTP("GET", "/fail", fail), TOMO_HTTP("GET", "/forget", forget),
	TOMO_HTTP("GET", "/conflict", conflict),
	TOMO_HTTP("GET", "/gone", gone), TOMO_HTTP("GET", "/teapot", teapot),
	TOMO_HTTP("GET", "/leave/{code}", leave),
	TOMO_HTTP("GET", "/hold/{ms}", hold_loop),
	TOMO_HTTP("GET", "/quiet", text, .ignore_logging = TOMO_EVERY_STATUS),
	TOMO_HTTP("GET", "/quiet200/(?P<code>[0-9]+)", status,
	    .ignore_logging = TOMO_STATUSES(200, 204)),
	TOMO_HTTP_ERROR(409, on_conflict), TOMO_HTTP_ERROR(410, on_gone),
	TOMO_HTTP_ERROR(418, on_teapot)));
