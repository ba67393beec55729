#include "transports/http/answer.h"

#include "runtime/service/call.h"
#include "transports/http/request.h"
#include "transports/http/stream.h"
#include "transports/http/upgraded.h"

int
answer_open(struct tomo_call *call, int status, struct http_request **request,
    const char *function)
{
	*request = request_of(call, function);
	if (*request == NULL)
		return call_fail(
		    call, TOMO_EKIND, "%s: not an HTTP call", function);
	if (stream_has_begun(*request) || upgraded_was(*request))
		return call_fail(call, TOMO_EINVAL,
		    "%s: the answer is being sent already", function);
	if (status < 200 || status > 999)
		return call_fail(call, TOMO_EINVAL,
		    "%s: want a status from 200 to 999, got %d", function,
		    status);
	return 0;
}

void
answer_drop(struct http_request *request)
{
	struct http_response *response = &request->response;
	struct response_header **link = &response->headers;

	request->stream = NULL;
	response->status = 0;
	response->failed = false;
	response->answer_type = NULL;
	response->file = NULL;
	response->body = NULL;
	response->body_len = 0;
	response->last = NULL;
	while (*link != NULL) {
		if ((*link)->of_answer) {
			*link = (*link)->next;
			continue;
		}
		response->last = *link;
		link = &(*link)->next;
	}
}

void
answer_fill(struct http_request *request, int status, const char *body,
    size_t len, const char *type)
{
	struct http_response *response = &request->response;

	response->status = status;
	response->body = body;
	response->body_len = len;
	response->answer_type = type;
}

void
answer_set(struct http_request *request, int status, const char *body,
    size_t len, const char *type)
{
	answer_drop(request);
	answer_fill(request, status, body, len, type);
}

int
answer_header(struct tomo_call *call, const char *name, const char *value)
{
	struct http_request *request = call->data;
	const int code = tomo_http_set_header(call, name, value);

	if (code == 0)
		request->response.last->of_answer = true;
	return code;
}
