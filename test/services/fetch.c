/* Asks what it is told to ask, and tells what came of it. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <tomodachi.h>

#define MAX_HEADERS 64

static const char *
text_of(const json_t *order, const char *key)
{
	return json_string_value(json_object_get(order, key));
}

static int64_t
number_of(const json_t *order, const char *key)
{
	return json_integer_value(json_object_get(order, key));
}

static void
read_headers(const json_t *order, struct tomo_header *headers)
{
	const json_t *pairs = json_object_get(order, "headers"), *pair;
	size_t i;

	json_array_foreach(pairs, i, pair)
	{
		headers[i].name = json_string_value(json_array_get(pair, 0));
		headers[i].value = json_string_value(json_array_get(pair, 1));
	}
}

static struct tomo_bytes
read_body(struct tomo_call *call, const json_t *order)
{
	const json_t *body = json_object_get(order, "body");
	const size_t repeat = (size_t)number_of(order, "repeat");
	struct tomo_bytes bytes = { json_string_value(body),
		json_string_length(body) };
	char *many;

	if (repeat == 0)
		return bytes;
	many = tomo_alloc(call, repeat);
	memset(many, 'x', repeat);
	return (struct tomo_bytes) { many, repeat };
}

static json_t *
reply_json(const struct tomo_reply *reply)
{
	json_t *headers = json_array(), *body;

	for (uint32_t i = 0; i < reply->nheaders; i++)
		json_array_append_new(headers,
		    json_pack("[ss]", reply->headers[i].name,
			reply->headers[i].value));
	body = reply->body.size < 65536
	    ? json_stringn(reply->body.data, reply->body.size)
	    : json_null();
	return json_pack("{si so so? si ss ss*}", "status", (int)reply->status,
	    "headers", headers, "body", body, "size", (int)reply->body.size,
	    "url", reply->url, "type",
	    tomo_reply_header(reply, "content-TYPE"));
}

/* Fetches as order says; the outcome is a new reference. */
static json_t *
carry_out(struct tomo_call *call, const json_t *order)
{
	struct tomo_header headers[MAX_HEADERS + 1] = { { NULL, NULL } };
	struct tomo_reply reply = { .size = sizeof(reply) };
	json_t *outcome;
	int code;

	read_headers(order, headers);
	if (number_of(order, "deadline_ms") > 0)
		tomo_deadline(call, number_of(order, "deadline_ms"));
	code = tomo_fetch(call,
	    TOMO_FETCH(.url = text_of(order, "url"),
		.method = text_of(order, "method"), .headers = headers,
		.body = read_body(call, order),
		.json = json_object_get(order, "json"),
		.timeout_ms = number_of(order, "timeout_ms"),
		.connect_timeout_ms = number_of(order, "connect_timeout_ms"),
		.max_size = (uint64_t)number_of(order, "max_size"),
		.max_redirects = (int32_t)number_of(order, "max_redirects"),
		.no_compression = (uint32_t)number_of(order, "no_compression"),
		.ca_file = text_of(order, "ca_file"),
		.cert_file = text_of(order, "cert_file"),
		.key_file = text_of(order, "key_file"),
		.insecure = (uint32_t)number_of(order, "insecure")),
	    &reply);
	tomo_deadline(call, 0);
	outcome = code == 0 ? reply_json(&reply) : json_object();
	json_object_set_new(outcome, "code", json_integer(code));
	json_object_set_new(
	    outcome, "error", json_string(code < 0 ? tomo_error(call) : ""));
	return outcome;
}

static int
fetch(struct tomo_call *call)
{
	const json_t *order = tomo_http_body_json(call);

	if (order == NULL)
		return tomo_http_text(call, 400, tomo_error(call));
	return tomo_http_json(call, 200, carry_out(call, order));
}

static int
fetch_task(struct tomo_call *call)
{
	json_t **order = tomo_task_arg(call);

	*order = carry_out(call, *order);
	return 0;
}

/* Starts "count" of one order side by side; the outcomes as a list. */
static int
many(struct tomo_call *call)
{
	json_t *order = tomo_http_body_json(call), *all = json_array();
	const size_t count = (size_t)number_of(order, "count");
	const bool cancels = number_of(order, "cancel") != 0;
	struct tomo_task **tasks = tomo_alloc(call, count * sizeof(*tasks));
	json_t **slots = tomo_alloc(call, count * sizeof(*slots));

	for (size_t i = 0; i < count; i++) {
		slots[i] = order;
		if (tomo_spawn(call, fetch_task, &slots[i], &tasks[i]) < 0)
			return TOMO_ENOMEM;
	}
	if (cancels)
		tomo_sleep(call, number_of(order, "cancel"));
	for (size_t i = 0; i < count; i++) {
		if (cancels)
			tomo_cancel(tasks[i]);
		tomo_join(call, tasks[i], NULL);
		json_array_append_new(all, slots[i]);
	}
	return tomo_http_json(call, 200, all);
}

static void
try(struct tomo_call *call, json_t *all, const struct tomo_fetch *request,
    struct tomo_reply *reply)
{
	const int code = tomo_fetch(call, request, reply);

	json_array_append_new(all, json_pack("[is]", code, tomo_error(call)));
}

/* Misuse, and what it says. */
static int
wrong(struct tomo_call *call)
{
	const char *url = "http://127.0.0.1:1/";
	struct tomo_reply reply = { .size = sizeof(reply) }, empty = { 0 };
	struct {
		struct tomo_fetch known;
		uint64_t later;
	} newer = { { .size = sizeof(newer), .url = url }, 1 };
	struct tomo_fetch sizeless = { .url = url };
	json_t *all = json_array();

	try(call, all, TOMO_FETCH(.url = url), &empty);
	try(call, all, &sizeless, &reply);
	try(call, all, &newer.known, &reply);
	try(call, all, TOMO_FETCH(.url = NULL), &reply);
	try(call, all, NULL, &reply);
	try(call, all, TOMO_FETCH(.url = url, .body = { NULL, 1 }), &reply);
	return tomo_http_json(call, 200, all);
}

/* Gives memory back in a call that lives long. */
static int
rewound(struct tomo_call *call)
{
	const json_t *order = tomo_http_body_json(call);
	const size_t mark = tomo_mark(call);
	int code = 0;

	for (int i = 0; i < 20 && code == 0; i++) {
		struct tomo_reply reply = { .size = sizeof(reply) };

		code = tomo_fetch(
		    call, TOMO_FETCH(.url = text_of(order, "url")), &reply);
		tomo_rewind(call, mark);
	}
	return tomo_http_textf(
	    call, 200, "%d %zu", code, tomo_mark(call) - mark);
}

static int
read_json(struct tomo_call *call)
{
	const json_t *order = tomo_http_body_json(call);
	struct tomo_reply reply = { .size = sizeof(reply) };
	json_t *value;

	if (tomo_fetch(call, TOMO_FETCH(.url = text_of(order, "url")), &reply) <
	    0)
		return tomo_http_text(call, 500, tomo_error(call));
	value = tomo_reply_json(call, &reply);
	if (value == NULL)
		return tomo_http_text(call, 502, tomo_error(call));
	return tomo_http_json(call, 200, value);
}

static int
hello(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "hello");
}

/* With FETCH_AT_START in the environment, the hooks ask as well. */
static int
hook(struct tomo_call *call)
{
	const char *url = getenv("FETCH_AT_START");
	struct tomo_reply reply = { .size = sizeof(reply) };
	int code;

	if (url == NULL)
		return 0;
	code = tomo_fetch(call, TOMO_FETCH(.url = url), &reply);
	if (code == 0)
		tomo_log_info(call, "hook fetched %d", (int)reply.status);
	return code;
}

TOMO_SERVICE(.name = "fetch",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 60)),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("POST", "/fetch", fetch),
	TOMO_HTTP("POST", "/many", many), TOMO_HTTP("GET", "/wrong", wrong),
	TOMO_HTTP("POST", "/rewound", rewound),
	TOMO_HTTP("POST", "/json", read_json),
	TOMO_HTTP("GET", "/hello", hello)),
    .init = hook, .start = hook, .started = hook, .stopping = hook,
    .stop = hook);
