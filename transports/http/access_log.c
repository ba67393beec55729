#include "transports/http/access_log.h"

#include <string.h>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/service/call.h"
#include "runtime/service/service.h"
#include "transports/http/real_ip.h"
#include "transports/http/request.h"
#include "transports/http/server.h"
#include "transports/http/uri.h"

#define LOGGER "tomodachi.http.response"

/* The most fields a record has, and the end. */
#define FIELDS 15

/* Of these, what another transport may add of its own. */
#define UPGRADED_FIELDS 8

struct record {
	struct tomo_log_field fields[FIELDS + 1];
	unsigned count;
};

static void
on_pass_end(void *arg)
{
	struct http_server *server = arg;

	if (server->access_out != NULL)
		log_stream_flush(server->access_out);
	if (server->access_file != NULL)
		log_stream_flush(server->access_file);
}

int
access_log_open(struct http_server *server, struct error *err)
{
	const struct http_settings *settings = &server->settings;

	if (!settings->access_log)
		return 0;
	server->access_out = log_stream_stdout();
	if (settings->access_file != NULL) {
		server->access_file = log_stream_file(
		    settings->access_file, err);
		if (server->access_file == NULL)
			return -1;
	}
	server->access_hook = (struct loop_hook) { .fn = on_pass_end,
		.arg = server };
	loop_add_hook(server->service->loop, &server->access_hook);
	return 0;
}

void
access_log_close(struct http_server *server)
{
	if (server->access_hook.fn != NULL)
		loop_remove_hook(server->service->loop, &server->access_hook);
	if (server->access_out != NULL)
		log_stream_free(server->access_out);
	if (server->access_file != NULL)
		log_stream_free(server->access_file);
}

void
access_log_reopen(struct http_server *server)
{
	struct error err;

	if (server->access_file != NULL &&
	    log_stream_reopen(server->access_file, &err) < 0)
		log_printf("tomodachi.http", TOMO_LOG_ERROR, "%s", err.text);
}

static void
add_text(struct record *record, const char *key, const char *text)
{
	record->fields[record->count++] = (struct tomo_log_field)TOMO_LOG_STR(
	    key, text);
}

static void
add_number(struct record *record, const char *key, int64_t number)
{
	record->fields[record->count++] = (struct tomo_log_field)TOMO_LOG_INT(
	    key, number);
}

/*
 * "0.00123s", as the Python library writes durations; by hand, since printf
 * would cost more than the rest of the record.
 */
static void
add_time(struct record *record, const char *key, int64_t ns, char text[32])
{
	int64_t parts = (ns + 5000) / 10000; /* hundred-thousandths */
	char *at = text + 31;

	*at = '\0';
	*--at = 's';
	for (int digit = 0; digit < 5; digit++, parts /= 10)
		*--at = (char)('0' + parts % 10);
	*--at = '.';
	do {
		*--at = (char)('0' + parts % 10);
		parts /= 10;
	} while (parts > 0 && at > text);
	add_text(record, key, at);
}

static bool
is_ignored(const struct http_request *request, int status)
{
	const int32_t *ignored = request->spec != NULL
	    ? request->spec->ignore_logging
	    : NULL;

	if (request->is_health)
		return true;
	if (ignored == NULL)
		return false;
	if (ignored == tomo_every_status)
		return true;
	for (; *ignored != 0; ignored++)
		if (*ignored == status)
			return true;
	return false;
}

static void
put(const struct http_server *server, const char *logger, const char *message,
    struct record *record)
{
	record->fields[record->count].key = NULL;
	if (server->access_out != NULL && log_is_on(TOMO_LOG_INFO))
		log_stream_add(server->access_out, logger, TOMO_LOG_INFO,
		    message, record->fields);
	if (server->access_file != NULL)
		log_stream_add(server->access_file, logger, TOMO_LOG_INFO,
		    message, record->fields);
}

static void
add_body_sizes(struct record *record, const struct http_request *request)
{
	if (!head_has_body(&request->head))
		return;
	add_number(record, "request_content_length",
	    (int64_t)(request->head.has_length ? request->head.length
					       : request->body_read));
	add_number(
	    record, "request_content_read_length", (int64_t)request->body_read);
}

static void
add_times(struct record *record, const struct http_request *request,
    char handler[32], char whole[32])
{
	int64_t now = request->handled_ns != 0 ? request->handled_ns
					       : clock_ns();

	if (request->handler_ns != 0)
		add_time(record, "handler_elapsed_time",
		    now - request->handler_ns, handler);
	add_time(record, "request_time", now - request->started_ns, whole);
}

/*
 * A path with a NUL in it as it came, since its text would end early: a record
 * must not name a path that was not asked for.
 */
static const char *
path_of(const struct head *head)
{
	return strlen(head->path) == head->path_len ? head->path
						    : head->raw_path;
}

/* Decoded, for people; memory of the call. */
static const char *
query_of(struct tomo_call *call, const struct head *head)
{
	char *text;

	if (memchr(head->query, '%', head->query_len) == NULL &&
	    memchr(head->query, '+', head->query_len) == NULL)
		return head->query;
	text = call_keep(call, head->query_len + 1);
	if (text == NULL)
		return head->query;
	uri_decode(head->query, head->query_len, text, true);
	return text;
}

/* A client that left: what it would have got. */
static void
add_replaced(struct record *record, const struct http_request *request)
{
	const struct http_response *response = &request->response;

	if (response->status == 0)
		return;
	add_number(record, "replaced_status_code", response->status);
	add_number(record, "replaced_response_content_length",
	    response_is_bodiless(response->status)
		? 0
		: (int64_t)response->body_len);
}

static void
add_client(struct record *record, const struct http_request *request)
{
	const char *user = tomo_http_auth_user(request->call);

	add_text(record, "remote_ip", tomo_http_remote_ip(request->call));
	if (user != NULL)
		add_text(record, "auth_user", user);
}

static void
add_agent(struct record *record, const struct http_request *request)
{
	const struct header *agent = head_find_header(
	    &request->head, "user-agent", 10);

	add_text(record, "user_agent", agent != NULL ? agent->value : "");
}

static void
write_record(const struct http_request *request, int status, size_t sent,
    const char *message)
{
	struct record record;
	char handler[32], whole[32];

	record.count = 0;
	add_number(&record, "status_code", status);
	if (status == 499 && request->response.status != 499)
		add_replaced(&record, request);
	add_client(&record, request);
	add_text(&record, "request_method", request_method(request));
	add_text(&record, "request_path", path_of(&request->head));
	if (request->head.query_len > 0)
		add_text(&record, "request_query_string",
		    query_of(request->call, &request->head));
	add_text(&record, "http_version",
	    request->head.is_http10 ? "HTTP/1.0" : "HTTP/1.1");
	add_number(&record, "response_content_length", (int64_t)sent);
	add_body_sizes(&record, request);
	add_agent(&record, request);
	add_times(&record, request, handler, whole);
	put(request->server, LOGGER, message, &record);
}

void
access_log_write(const struct http_request *request, int status, size_t sent,
    const char *message)
{
	if (request->server->settings.access_log &&
	    !is_ignored(request, status))
		write_record(request, status, sent, message);
}

void
access_log_upgraded(const struct http_request *request, const char *logger,
    const struct tomo_log_field *fields, bool ends)
{
	struct record record;
	char whole[32];

	record.count = 0;
	if (!request->server->settings.access_log)
		return;
	while (fields->key != NULL && record.count < UPGRADED_FIELDS)
		record.fields[record.count++] = *fields++;
	add_client(&record, request);
	add_text(&record, "request_path", path_of(&request->head));
	add_agent(&record, request);
	if (ends)
		add_time(&record, "total_request_time",
		    clock_ns() - request->started_ns, whole);
	put(request->server, logger, "", &record);
}

void
access_log_bad(struct http_server *server, const struct in6_addr *peer,
    int status, size_t sent)
{
	struct record record;
	char ip[INET6_ADDRSTRLEN];

	record.count = 0;
	if (!server->settings.access_log)
		return;
	ip_text(peer, ip);
	add_number(&record, "status_code", status);
	add_text(&record, "remote_ip", ip);
	add_number(&record, "response_content_length", (int64_t)sent);
	put(server, LOGGER, "bad http request", &record);
}
