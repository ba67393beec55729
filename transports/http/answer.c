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
answer_set(struct http_request *request, int status, const char *body,
    size_t len, const char *type)
{
	struct http_response *response = &request->response;

	request->stream = NULL;
	response->status = status;
	response->failed = false;
	response->file = NULL;
	response->body = body;
	response->body_len = len;
	if (type != NULL)
		response->type = type;
}
