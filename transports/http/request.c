#include "transports/http/request.h"

#include <string.h>

#include "runtime/base/clock.h"
#include "runtime/service/call.h"
#include "transports/http/basic_auth.h"
#include "transports/http/body_stream.h"
#include "transports/http/connection.h"
#include "transports/http/json_body.h"
#include "transports/http/output.h"
#include "transports/http/real_ip.h"
#include "transports/http/server.h"
#include "transports/http/stream.h"
#include "transports/http/uri.h"

struct http_request *
request_new(struct http_server *server, const char *text, size_t len,
    unsigned lines, int *status)
{
	struct tomo_call *call = call_new(
	    server->service, TOMO_KIND_HTTP, NULL, "http");
	struct http_request *request;
	char *copy;

	request = call_keep(call, sizeof(*request));
	copy = arena_strndup(&call->arena, text, len);
	*status = 500;
	if (request == NULL || copy == NULL)
		goto fail;
	*status = head_parse(&request->head, copy, len, lines, &call->arena);
	if (*status != 0)
		goto fail;
	memset(request, 0, offsetof(struct http_request, head));
	body_init(&request->body, &server->body_memory);
	request->call = call;
	request->server = server;
	request->started_ns = server->settings.access_log ? clock_ns() : 0;
	call->kept = arena_mark(&call->arena);
	call->data = request;
	return request;

fail:
	call_drop(call);
	return NULL;
}

void
request_clear(struct http_request *request)
{
	if (request->json != NULL)
		json_body_release(
		    request->call->service, request->json, request->body.size);
	request->json = NULL;
	output_file_free(request->file);
	request->file = NULL;
	body_clear(&request->body);
	stream_clear(request);
	body_stream_clear(request);
}

void
request_drop(struct http_request *request)
{
	request_clear(request);
	call_drop(request->call);
}

struct http_request *
request_of(const struct tomo_call *call, const char *function)
{
	if (call->kind == TOMO_KIND_HTTP)
		return call->data;
	call_wrong_kind(call, function);
	return NULL;
}

bool
request_was_left(const struct http_request *request)
{
	return request->connection == NULL || request->connection->half_closed;
}

int
request_check_own(const struct http_request *request, const char *function)
{
	if (task_current() == &request->call->task)
		return 0;
	return call_fail(request->call, TOMO_EINVAL,
	    "%s: a task cannot use the call of another", function);
}

void
request_handling(const struct tomo_call *call, char *text, size_t size)
{
	const struct http_request *request = call->data;
	const struct head *head = &request->head;
	const bool has_query = head->query_len > 0;
	const char *const parts[] = { request_method(request), " ",
		head->raw_path, has_query ? "?" : "",
		has_query ? head->query : "" };

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		strncat(text, parts[i], size - strlen(text) - 1);
}

const char *
request_method(const struct http_request *request)
{
	return llhttp_method_name((llhttp_method_t)request->head.parser.method);
}

bool
request_is_head(const struct http_request *request)
{
	return request->head.parser.method == HTTP_HEAD;
}

/* ---- what services call ---- */

#define REQUEST_OR(value) \
	struct http_request *request = request_of(call, __func__); \
\
	if (request == NULL) \
	return value

const char *
tomo_http_method(const struct tomo_call *call)
{
	REQUEST_OR(NULL);
	return request_method(request);
}

const char *
tomo_http_path(const struct tomo_call *call)
{
	REQUEST_OR(NULL);
	return request->head.path;
}

const char *
tomo_http_raw_path(const struct tomo_call *call)
{
	REQUEST_OR(NULL);
	return request->head.raw_path;
}

const char *
tomo_http_query_string(const struct tomo_call *call)
{
	REQUEST_OR(NULL);
	return request->head.query;
}

const char *
tomo_http_param(struct tomo_call *call, const char *name)
{
	const struct pattern_match *match;
	int group;

	REQUEST_OR(NULL);
	if (request->spec == NULL)
		return NULL;
	match = &request->route.match;
	group = pattern_group(request->route.pattern, name);
	if (group < 0 || (unsigned)group >= match->count ||
	    match->start[group] == SIZE_MAX)
		return NULL;
	return arena_strndup(&call->arena,
	    request->head.path + match->start[group],
	    match->end[group] - match->start[group]);
}

/* Decodes the whole query, once. */
static void
read_query(struct http_request *request)
{
	struct tomo_call *call = request->call;
	const char *at = request->head.query;
	const char *end = at + request->head.query_len;
	struct uri_pair pair;
	size_t room = 1;
	char *text;

	request->query_read = true;
	request->npairs = 0;
	for (const char *c = at; c < end; c++)
		room += *c == '&';
	request->pairs = call_keep(call, room * sizeof(*request->pairs));
	text = call_keep(call, request->head.query_len + 2 * room + 1);
	if (request->pairs == NULL || text == NULL)
		return;
	while (uri_next_pair(&at, end, &pair)) {
		struct http_query_pair *to = &request->pairs[request->npairs++];

		to->name = text;
		text += uri_decode(pair.name, pair.name_len, text, true) + 1;
		to->value = text;
		text += uri_decode(pair.value, pair.value_len, text, true) + 1;
	}
}

const char *
tomo_http_query(struct tomo_call *call, const char *name)
{
	REQUEST_OR(NULL);
	if (!request->query_read)
		read_query(request);
	for (size_t i = 0; i < request->npairs; i++)
		if (strcmp(request->pairs[i].name, name) == 0)
			return request->pairs[i].value;
	return NULL;
}

int
tomo_http_query_at(
    struct tomo_call *call, size_t index, const char **name, const char **value)
{
	REQUEST_OR(0);
	if (!request->query_read)
		read_query(request);
	if (index >= request->npairs)
		return 0;
	*name = request->pairs[index].name;
	*value = request->pairs[index].value;
	return 1;
}

const char *
tomo_http_header(const struct tomo_call *call, const char *name)
{
	const struct header *header;

	REQUEST_OR(NULL);
	header = head_find_header(&request->head, name, strlen(name));
	return header != NULL ? header->value : NULL;
}

int
tomo_http_header_at(const struct tomo_call *call, size_t index,
    const char **name, const char **value)
{
	REQUEST_OR(0);
	if (index >= request->head.nheaders)
		return 0;
	*name = request->head.headers[index].name;
	*value = request->head.headers[index].value;
	return 1;
}

struct tomo_bytes
tomo_http_body(struct tomo_call *call)
{
	const struct tomo_bytes none = { "", 0 };
	struct tomo_bytes bytes;

	REQUEST_OR(none);
	if (request->body_stream != NULL) {
		call_fail(call, TOMO_EINVAL, BODY_IS_STREAMED);
		return none;
	}
	bytes = body_bytes(&request->body);
	if (bytes.data == NULL) {
		call_fail(call, TOMO_ESYSTEM, "body: cannot map the file");
		return none;
	}
	return bytes;
}

struct json_t *
tomo_http_body_json(struct tomo_call *call)
{
	struct tomo_bytes bytes;
	json_t *json;

	REQUEST_OR(NULL);
	if (request->json != NULL)
		return request->json;
	if (request->body.size > request->server->settings.max_json) {
		request->json_is_too_big = true;
		call_fail(
		    call, TOMO_ETOOBIG, "body: larger than http.max_json_size");
		return NULL;
	}
	bytes = tomo_http_body(call);
	if (request->body_stream != NULL || bytes.data == NULL)
		return NULL;
	json = json_body_read(call, bytes, "body");
	/* Another task may have asked meanwhile, and have what it got. */
	if (request->json == NULL)
		request->json = json;
	else if (json != NULL)
		json_body_release(call->service, json, bytes.size);
	return request->json;
}

static const char *
remote_ip(struct http_request *request)
{
	const struct http_settings *settings = &request->server->settings;
	char text[INET6_ADDRSTRLEN];
	const struct header *header;
	const char *start;
	size_t len;

	if (ip_set_has(settings->real_ip_from, &request->peer)) {
		header = head_find_header(&request->head,
		    settings->real_ip_header, strlen(settings->real_ip_header));
		len = header != NULL ? real_ip_first(header->value, &start) : 0;
		if (len > 0)
			return call_keep_text(request->call, start, len);
	}
	ip_text(&request->peer, text);
	return call_keep_text(request->call, text, strlen(text));
}

const char *
tomo_http_remote_ip(struct tomo_call *call)
{
	REQUEST_OR(NULL);
	if (request->remote_ip == NULL)
		request->remote_ip = remote_ip(request);
	return request->remote_ip;
}

const char *
tomo_http_scheme(const struct tomo_call *call)
{
	REQUEST_OR(NULL);
	return request->server->tls != NULL ? "https" : "http";
}

const char *
tomo_http_auth_user(struct tomo_call *call)
{
	const struct header *header;
	char user[256];
	size_t len;

	REQUEST_OR(NULL);
	if (request->auth_read)
		return request->auth_user;
	request->auth_read = true;
	header = head_find_header(&request->head, "authorization", 13);
	if (header == NULL)
		return NULL;
	len = basic_auth_user(header->value, user, sizeof(user));
	if (len > 0)
		request->auth_user = call_keep_text(call, user, len);
	return request->auth_user;
}

int
tomo_http_status(const struct tomo_call *call)
{
	REQUEST_OR(0);
	return request->response.status;
}
