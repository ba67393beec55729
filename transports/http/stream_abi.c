/* The functions of http_send.h that stream. */
#include <tomodachi/http_send.h>

#include <string.h>

#include <tomodachi/http.h>

#include "runtime/base/buffer.h"
#include "runtime/service/call.h"
#include "transports/http/answer.h"
#include "transports/http/field.h"
#include "transports/http/request.h"
#include "transports/http/stream.h"

int
tomo_http_stream(struct tomo_call *call, int status, const char *type)
{
	struct http_request *request;
	struct http_stream *stream;
	int code = answer_open(call, status, &request, __func__);

	if (code < 0)
		return code;
	if (response_is_bodiless(status))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_stream: a %d has no content", status);
	if (type != NULL && !field_is_value(type))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_stream: a type that is no header");
	stream = call_keep(call, sizeof(*stream));
	if (stream == NULL ||
	    (type != NULL &&
		(type = call_keep_text(call, type, strlen(type))) == NULL))
		return call_fail(
		    call, TOMO_ENOMEM, "tomo_http_stream: no memory");
	*stream = (struct http_stream) { 0 };
	answer_set(request, status, "", 0, type);
	request->stream = stream;
	return 0;
}

static int
write_bytes(struct tomo_call *call, struct http_request *request,
    struct tomo_bytes bytes, const char *function)
{
	int code = request_check_own(request, function);

	if (code < 0)
		return code;
	if (request->stream == NULL)
		return call_fail(call, TOMO_EINVAL,
		    "%s: want tomo_http_stream() before", function);
	code = stream_write(request, bytes.data, bytes.size);
	return code < 0 ? call_fail(call, code, "%s: %s", function,
			      code == TOMO_ECLOSED ? "the client reads no more"
				  : code == TOMO_ETIMEOUT ? "time is over"
							  : "cancelled")
			: 0;
}

int
tomo_http_write(struct tomo_call *call, struct tomo_bytes bytes)
{
	struct http_request *request = request_of(call, __func__);

	if (request == NULL)
		return call_fail(
		    call, TOMO_EKIND, "tomo_http_write: not an HTTP call");
	if (bytes.data == NULL && bytes.size > 0)
		return call_fail(call, TOMO_EINVAL, "tomo_http_write: no data");
	return write_bytes(call, request, bytes, __func__);
}

/* ---- server-sent events ---- */

static bool
is_line(const char *text)
{
	return text == NULL || text[strcspn(text, "\r\n")] == '\0';
}

static void
add_field(struct buffer *out, const char *name, const char *text, size_t len)
{
	buffer_add_text(out, name);
	buffer_add(out, ": ", 2);
	buffer_add(out, text, len);
	buffer_add(out, "\n", 1);
}

/* A field for each line of data, however lines end there. */
static void
add_data(struct buffer *out, const char *data)
{
	for (;;) {
		const size_t len = strcspn(data, "\r\n");

		add_field(out, "data", data, len);
		data += len;
		if (*data == '\0')
			return;
		data += data[0] == '\r' && data[1] == '\n' ? 2 : 1;
	}
}

/* Whoever has set a Cache-Control knows why. */
static int
begin_events(struct tomo_call *call)
{
	const struct http_request *request = call->data;
	const int code = tomo_http_stream(call, 200, "text/event-stream");

	if (code < 0 ||
	    response_find_header(&request->response, "Cache-Control") != NULL)
		return code;
	return answer_header(call, "Cache-Control", "no-cache");
}

int
tomo_http_event(
    struct tomo_call *call, const char *name, const char *data, const char *id)
{
	struct http_request *request = request_of(call, __func__);
	struct buffer text = { 0 };
	int code;

	if (request == NULL)
		return call_fail(
		    call, TOMO_EKIND, "tomo_http_event: not an HTTP call");
	code = request_check_own(request, __func__);
	if (code < 0)
		return code;
	if (!is_line(name) || !is_line(id))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_event: a name or id of several lines");
	if (request->stream == NULL)
		code = begin_events(call);
	if (code < 0)
		return code;
	if (id != NULL)
		add_field(&text, "id", id, strlen(id));
	if (name != NULL)
		add_field(&text, "event", name, strlen(name));
	if (data != NULL)
		add_data(&text, data);
	else
		buffer_add(&text, ":\n", 2);
	buffer_add(&text, "\n", 1);
	code = write_bytes(call, request,
	    (struct tomo_bytes) { buffer_data(&text), buffer_len(&text) },
	    __func__);
	buffer_clear(&text);
	return code;
}
