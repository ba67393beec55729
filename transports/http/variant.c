#include "transports/http/variant.h"

#include <stdio.h>
#include <string.h>

#include <tomodachi/http.h>

#include "runtime/base/ascii.h"
#include "runtime/service/call.h"
#include "transports/http/answer.h"
#include "transports/http/mime.h"
#include "transports/http/request.h"
#include "transports/http/server.h"

bool
variant_is_open(const struct http_request *request, const char *type)
{
	const struct http_response *response = &request->response;

	if (request->server->compression == NULL)
		return false;
	if (type == NULL)
		type = request->server->settings.content_type;
	return mime_is_compressible(type) &&
	    response_find_header(response, "Content-Encoding") == NULL &&
	    !response_lists(response, "Cache-Control", "no-transform");
}

enum coding
variant_choose(const struct http_request *request, unsigned offered)
{
	const struct head *head = &request->head;
	struct accept_encoding accepts;

	accept_encoding_init(&accepts);
	for (unsigned i = 0; i < head->nheaders; i++)
		if (ascii_casecmp(head->headers[i].name, "accept-encoding") ==
		    0)
			accept_encoding_add(&accepts, head->headers[i].value);
	return accept_encoding_best(&accepts, offered);
}

/* Gives a header that is there another value. */
static bool
change(struct http_request *request, struct response_header *header,
    const char *before, const char *after)
{
	const size_t size = strlen(before) + header->value_len + strlen(after);
	char *value = call_keep(request->call, size + 1);

	if (value == NULL)
		return false;
	snprintf(value, size + 1, "%s%s%s", before, header->value, after);
	header->value = value;
	header->value_len = size;
	return true;
}

bool
variant_vary(struct http_request *request)
{
	struct response_header *header = response_find_header(
	    &request->response, "Vary");

	if (response_lists(&request->response, "Vary", "*") ||
	    response_lists(&request->response, "Vary", "Accept-Encoding"))
		return true;
	if (header != NULL)
		return change(request, header, "",
		    header->value[0] != '\0' ? ", Accept-Encoding"
					     : "Accept-Encoding");
	return answer_header(request->call, "Vary", "Accept-Encoding") == 0;
}

bool
variant_weaken(struct http_request *request)
{
	struct response_header *header = response_find_header(
	    &request->response, "ETag");

	return header == NULL || header->value[0] != '"' ||
	    change(request, header, "W/", "");
}

/* Whether the client asked about the weak form of the ETag. */
static bool
has_weak(const struct head *head, const char *etag)
{
	for (unsigned i = 0; i < head->nheaders; i++) {
		const char *value = head->headers[i].value, *at = value;

		if (ascii_casecmp(head->headers[i].name, "if-none-match") != 0)
			continue;
		for (; (at = strstr(at, etag)) != NULL; at++)
			if (at - value >= 2 && memcmp(at - 2, "W/", 2) == 0)
				return true;
	}
	return false;
}

void
variant_not_modified(struct http_request *request)
{
	const struct response_header *etag = response_find_header(
	    &request->response, "ETag");

	if (variant_vary(request) && etag != NULL &&
	    has_weak(&request->head, etag->value))
		variant_weaken(request);
}

bool
variant_mark(struct http_request *request, enum coding coding)
{
	if (!variant_weaken(request) ||
	    answer_header(
		request->call, "Content-Encoding", coding_name(coding)) < 0)
		return false;
	response_remove_header(&request->response, "Accept-Ranges");
	return true;
}
