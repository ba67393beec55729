/* The functions of http.h that build an answer. */
#include <tomodachi/http.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/base/ascii.h"
#include "runtime/base/json_text.h"
#include "runtime/service/call.h"
#include "runtime/service/chain.h"
#include "transports/http/answer.h"
#include "transports/http/field.h"
#include "transports/http/request.h"
#include "transports/http/server.h"

#define REASON_MAX 200

#define JSON_TYPE "application/json; charset=utf-8"

int
tomo_http_bytes(struct tomo_call *call, int status, struct tomo_bytes body,
    const char *type)
{
	struct http_request *request;
	int code = answer_open(call, status, &request, __func__);
	char *copy;

	if (code < 0)
		return code;
	if ((body.data == NULL && body.size > 0) ||
	    (type != NULL && !field_is_value(type)))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_bytes: no body, or a type that is no header");
	copy = call_keep_text(
	    call, body.data != NULL ? body.data : "", body.size);
	if (copy == NULL ||
	    (type != NULL &&
		(type = call_keep_text(call, type, strlen(type))) == NULL))
		return call_fail(
		    call, TOMO_ENOMEM, "tomo_http_bytes: no memory");
	answer_set(request, status, copy, body.size, type);
	return 0;
}

int
tomo_http_text(struct tomo_call *call, int status, const char *text)
{
	if (text == NULL)
		return call_fail(call, TOMO_EINVAL, "tomo_http_text: no text");
	return tomo_http_bytes(
	    call, status, (struct tomo_bytes) { text, strlen(text) }, NULL);
}

int
tomo_http_textf(struct tomo_call *call, int status, const char *format, ...)
{
	struct http_request *request;
	int code = answer_open(call, status, &request, __func__);
	va_list args, again;
	char *text = NULL;
	int len;

	if (code < 0)
		return code;
	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len >= 0)
		text = call_keep(call, (size_t)len + 1);
	if (text != NULL)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	if (text == NULL)
		return call_fail(
		    call, TOMO_ENOMEM, "tomo_http_textf: no memory");
	answer_set(request, status, text, (size_t)len, NULL);
	return 0;
}

int
tomo_http_json(struct tomo_call *call, int status, struct json_t *json)
{
	struct http_request *request;
	int code = answer_open(call, status, &request, __func__);
	size_t len = 0;
	char *text;

	if (code < 0) {
		json_decref(json);
		return code;
	}
	if (json == NULL)
		return call_fail(call, TOMO_EINVAL, "tomo_http_json: no JSON");
	/* The request's own body, given away: the call no longer holds it. */
	if (json == request->json && json->refcount == 1)
		request->json = NULL;
	if (!json_text_is_too_deep(json))
		len = json_dumpb(json, NULL, 0, JSON_ENCODE_ANY);
	text = len > 0 ? call_keep(call, len) : NULL;
	if (text != NULL)
		json_dumpb(json, text, len, JSON_ENCODE_ANY);
	json_decref(json);
	if (len == 0)
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_json: the value cannot be written as JSON, "
		    "or is nested too deep");
	if (text == NULL)
		return call_fail(
		    call, TOMO_ENOMEM, "tomo_http_json: no memory");
	answer_set(request, status, text, len, JSON_TYPE);
	return 0;
}

int
tomo_http_fail(struct tomo_call *call, int status)
{
	struct http_request *request;
	int code = answer_open(call, status, &request, __func__);

	if (code < 0)
		return code;
	if (status < 400 || status > 599)
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_fail: want an error status, got %d", status);
	answer_set(request, status, NULL, 0, NULL);
	request->response.failed = true;
	return 0;
}

static bool
is_ours(const char *name)
{
	static const char *const ours[] = { "Content-Length",
		"Transfer-Encoding", "Connection", "Keep-Alive", "Server",
		"Date" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (ascii_casecmp(name, ours[i]) == 0)
			return true;
	return false;
}

static int
add(struct tomo_call *call, const char *name, const char *value, bool replace,
    const char *function)
{
	struct http_request *request;
	struct response_header *header;
	int code = answer_open(call, 200, &request, function);

	if (code < 0)
		return code;
	if (name == NULL || value == NULL || !field_is_token(name) ||
	    !field_is_value(value) || is_ours(name))
		return call_fail(call, TOMO_EINVAL,
		    "%s: \"%s\" is the runner's, or no header", function,
		    name != NULL ? name : "");
	header = call_keep(call, sizeof(*header));
	name = call_keep_text(call, name, strlen(name));
	value = call_keep_text(call, value, strlen(value));
	if (header == NULL || name == NULL || value == NULL)
		return call_fail(call, TOMO_ENOMEM, "%s: no memory", function);
	/* There is one Content-Type, and it has a place of its own. */
	if (ascii_casecmp(name, "Content-Type") == 0) {
		request->response.type = value;
		request->response.answer_type = NULL;
		return 0;
	}
	if (replace)
		response_remove_header(&request->response, name);
	*header = (struct response_header) { NULL, name, value, strlen(name),
		strlen(value), chain_depth(call), false };
	if (request->response.last != NULL)
		request->response.last->next = header;
	else
		request->response.headers = header;
	request->response.last = header;
	return 0;
}

int
tomo_http_set_header(
    struct tomo_call *call, const char *name, const char *value)
{
	return add(call, name, value, true, __func__);
}

int
tomo_http_add_header(
    struct tomo_call *call, const char *name, const char *value)
{
	return add(call, name, value, false, __func__);
}

int
tomo_http_set_reason(struct tomo_call *call, const char *reason)
{
	struct http_request *request;
	int code = answer_open(call, 200, &request, __func__);
	const size_t len = reason != NULL ? strlen(reason) : SIZE_MAX;

	if (code < 0)
		return code;
	if (len > REASON_MAX || !field_is_value(reason))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_set_reason: want up to %d bytes of text",
		    REASON_MAX);
	reason = call_keep_text(call, reason, len);
	if (reason == NULL)
		return call_fail(
		    call, TOMO_ENOMEM, "tomo_http_set_reason: no memory");
	request->response.reason = reason;
	return 0;
}
