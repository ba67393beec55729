#include "transports/http/response.h"

#include <stdio.h>
#include <string.h>

#include "runtime/base/ascii.h"
#include "runtime/base/buffer.h"
#include "transports/http/field.h"
#include "transports/http/server.h"

/* By hundreds; the phrases of RFC 9110 and its extensions, as Python has them. */
static const char *const informational[] = { "Continue", "Switching Protocols",
	"Processing", "Early Hints" };
static const char *const success[] = { "OK", "Created", "Accepted",
	"Non-Authoritative Information", "No Content", "Reset Content",
	"Partial Content", "Multi-Status", "Already Reported" };
static const char *const redirection[] = { "Multiple Choices",
	"Moved Permanently", "Found", "See Other", "Not Modified", "Use Proxy",
	"", "Temporary Redirect", "Permanent Redirect" };
static const char *const client_error[] = { "Bad Request", "Unauthorized",
	"Payment Required", "Forbidden", "Not Found", "Method Not Allowed",
	"Not Acceptable", "Proxy Authentication Required", "Request Timeout",
	"Conflict", "Gone", "Length Required", "Precondition Failed",
	"Request Entity Too Large", "Request-URI Too Long",
	"Unsupported Media Type", "Requested Range Not Satisfiable",
	"Expectation Failed", "I'm a Teapot", "", "", "Misdirected Request",
	"Unprocessable Entity", "Locked", "Failed Dependency", "Too Early",
	"Upgrade Required", "", "Precondition Required", "Too Many Requests",
	"", "Request Header Fields Too Large" };
static const char *const server_error[] = { "Internal Server Error",
	"Not Implemented", "Bad Gateway", "Service Unavailable",
	"Gateway Timeout", "HTTP Version Not Supported",
	"Variant Also Negotiates", "Insufficient Storage", "Loop Detected", "",
	"Not Extended", "Network Authentication Required" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *const *phrases;
	size_t count;
} hundreds[] = {
	{ informational, COUNT(informational) },
	{ success, COUNT(success) },
	{ redirection, COUNT(redirection) },
	{ client_error, COUNT(client_error) },
	{ server_error, COUNT(server_error) },
};

struct response_header response_retry_later = {
	.name = "Retry-After", .name_len = 11, .value = "1", .value_len = 1
};

const char *
response_reason(int status)
{
	size_t hundred = (size_t)status / 100 - 1;
	size_t rest = (size_t)status % 100;

	if (status < 100 || hundred >= COUNT(hundreds) ||
	    rest >= hundreds[hundred].count)
		return "";
	return hundreds[hundred].phrases[rest];
}

bool
response_is_bodiless(int status)
{
	return status == 204 || status == 205 || status == 304 || status < 200;
}

const char *
response_type(const struct http_response *response)
{
	return response->answer_type != NULL ? response->answer_type
					     : response->type;
}

struct response_header *
response_find_header(const struct http_response *response, const char *name)
{
	struct response_header *header = response->headers;

	while (header != NULL && ascii_casecmp(header->name, name) != 0)
		header = header->next;
	return header;
}

bool
response_lists(
    const struct http_response *response, const char *name, const char *member)
{
	for (const struct response_header *at = response->headers; at != NULL;
	     at = at->next)
		if (ascii_casecmp(at->name, name) == 0 &&
		    field_list_has(at->value, member))
			return true;
	return false;
}

void
response_remove_header(struct http_response *response, const char *name)
{
	struct response_header **link = &response->headers;

	response->last = NULL;
	while (*link != NULL) {
		if (ascii_casecmp((*link)->name, name) == 0) {
			*link = (*link)->next;
			continue;
		}
		response->last = *link;
		link = &(*link)->next;
	}
}

/* Appends to memory that was reserved. */
static char *
put(char *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	return at + len;
}

#define PUT(at, literal) put(at, literal, sizeof(literal) - 1)

static char *
put_number(char *at, uint64_t number)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return put(at, digits + n, sizeof(digits) - n);
}

static char *
put_status(char *at, const struct http_response *response, bool is_http10)
{
	const int status = response->status;
	const char *reason = response->reason != NULL ? response->reason
						      : response_reason(status);

	if (status == 200 && !is_http10 && response->reason == NULL)
		return PUT(at, "HTTP/1.1 200 OK\r\n");
	at = is_http10 ? PUT(at, "HTTP/1.0 ") : PUT(at, "HTTP/1.1 ");
	at = put_number(at, (uint64_t)status);
	*at++ = ' ';
	at = put(at, reason, strlen(reason));
	return PUT(at, "\r\n");
}

/* More than status line, Content-Length and Date ever take. */
#define FIXED_SIZE 256

static size_t
head_size(const struct http_response *response,
    const struct http_server *server, const char *type)
{
	size_t size = FIXED_SIZE + strlen(type) + server->keep_len +
	    server->close_len;

	if (response->reason != NULL)
		size += strlen(response->reason);
	for (const struct response_header *at = response->headers; at != NULL;
	     at = at->next)
		size += at->name_len + at->value_len + 4;
	return size;
}

void
response_render(const struct http_response *response,
    struct http_server *server, const struct response_frame *frame,
    struct buffer *out)
{
	const char *own = response_type(response);
	const char *type = own != NULL ? own : server->settings.content_type;
	size_t len = response_is_bodiless(response->status)
	    ? 0
	    : response->body_len;
	bool has_body = len > 0 && !frame->is_head && response->file == NULL;
	char *start, *at;

	start = at = buffer_reserve(
	    out, head_size(response, server, type) + (has_body ? len : 0));
	at = put_status(at, response, frame->is_http10);
	if (type[0] != '\0') {
		at = PUT(at, "Content-Type: ");
		at = put(at, type, strlen(type));
		at = PUT(at, "\r\n");
	}
	for (const struct response_header *header = response->headers;
	     header != NULL; header = header->next) {
		at = put(at, header->name, header->name_len);
		at = PUT(at, ": ");
		at = put(at, header->value, header->value_len);
		at = PUT(at, "\r\n");
	}
	at = frame->keep_alive ? put(at, server->keep, server->keep_len)
			       : put(at, server->close, server->close_len);
	if (frame->framing == RESPONSE_CHUNKED) {
		at = PUT(at, "Transfer-Encoding: chunked\r\n");
	} else if (frame->framing == RESPONSE_LENGTH &&
	    response->status != 204 && response->status != 304) {
		at = PUT(at, "Content-Length: ");
		at = put_number(at, len);
		at = PUT(at, "\r\n");
	}
	at = put(at, server_date(server), SERVER_DATE_LEN);
	if (has_body)
		at = put(at, response->body, len);
	buffer_added(out, (size_t)(at - start));
}
