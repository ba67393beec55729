#include "transports/http/body_stream.h"

#include <tomodachi/http_form.h>
#include <tomodachi/task.h>

#include "runtime/base/buffer.h"
#include "runtime/service/call.h"
#include "transports/http/connection.h"
#include "transports/http/output.h"
#include "transports/http/request.h"
#include "transports/http/stream.h"

/* Past this many bytes unread, nothing more is received. */
#define UNREAD_MAX ((size_t)64 * 1024)

/* How long an answered client gets to send the rest of its body. */
#define REST_MS 2000

/* More may come; else 0 or a TOMO_E* code. */
#define OPEN 1

struct body_stream {
	struct buffer unread, lent; /* lent: what the handler looks at */
	struct task *reader;        /* waits for more, or NULL */
	int end;
	bool owes_continue;
	bool is_late;    /* the deadline was over while the handler read */
	bool is_drained; /* the rest is read, so that the connection is kept */
};

bool
body_stream_start(struct http_request *request)
{
	const struct head *head = &request->head;
	struct body_stream *stream;

	if (request->early != 0 || request->spec == NULL ||
	    !request->spec->stream_body)
		return false;
	stream = call_keep(request->call, sizeof(*stream));
	if (stream == NULL) {
		request->early = 500;
		return false;
	}
	*stream = (struct body_stream) { .end = OPEN,
		.owes_continue = head->expects_continue && !head->is_http10 };
	request->body_stream = stream;
	return true;
}

void
body_stream_clear(struct http_request *request)
{
	if (request->body_stream == NULL)
		return;
	buffer_clear(&request->body_stream->unread);
	buffer_clear(&request->body_stream->lent);
	request->body_stream = NULL;
}

bool
body_stream_is_open(const struct http_request *request)
{
	return request->body_stream != NULL &&
	    request->body_stream->end == OPEN;
}

bool
body_stream_is_full(const struct http_request *request)
{
	return body_stream_is_open(request) &&
	    buffer_len(&request->body_stream->unread) >= UNREAD_MAX;
}

bool
body_stream_pauses(const struct http_request *request)
{
	return body_stream_is_full(request) ||
	    (request->body_stream != NULL &&
		request->body_stream->owes_continue);
}

bool
body_stream_is_unread(const struct http_request *request)
{
	const struct body_stream *stream = request->body_stream;

	return stream != NULL && stream->end != 0 &&
	    !(stream->is_drained && stream->end == OPEN);
}

int
body_stream_status(const struct http_request *request)
{
	const struct body_stream *stream = request->body_stream;

	if (stream == NULL)
		return 500;
	switch (stream->is_late ? TOMO_ETIMEOUT : stream->end) {
	case TOMO_ETIMEOUT:
		return 408;
	case TOMO_ETOOBIG:
		return 413;
	case TOMO_EPROTOCOL:
	case TOMO_ECLOSED:
		return 400;
	default:
		return 500;
	}
}

static void
wake(struct body_stream *stream)
{
	if (stream->reader != NULL)
		task_wake(stream->reader, 0);
}

void
body_stream_add(struct http_request *request, const char *data, size_t len)
{
	struct body_stream *stream = request->body_stream;

	/* It did not wait to be told. */
	stream->owes_continue = false;
	buffer_add(&stream->unread, data, len);
	wake(stream);
}

void
body_stream_end(struct http_request *request, int code)
{
	if (!body_stream_is_open(request))
		return;
	request->body_stream->end = code;
	wake(request->body_stream);
}

/* Waits until there is something unread or the end.  Suspends. */
static int
wait_for_more(struct http_request *request)
{
	struct body_stream *stream = request->body_stream;
	int code = 0;

	stream->reader = &request->call->task;
	while (code == 0 && stream->end == OPEN &&
	    buffer_len(&stream->unread) == 0) {
		/* What waits in the connection may be all that is needed. */
		connection_go_on(request->connection);
		if (stream->end == OPEN && buffer_len(&stream->unread) == 0)
			code = task_wait(stream->reader, -1);
	}
	stream->reader = NULL;
	return code;
}

void
body_stream_finish(struct http_request *request)
{
	struct body_stream *stream = request->body_stream;
	const struct head *head = &request->head;

	/*
	 * Whoever waits to be told to send needs the answer instead; the head of
	 * a streamed one has said already that the connection closes.
	 */
	if (!body_stream_is_open(request) || stream->owes_continue ||
	    stream_has_begun(request) || task_check(&request->call->task) < 0 ||
	    (head->has_length && head->framing.left > DISCARD_MAX))
		return;
	request->discards = true;
	buffer_clear(&stream->unread);
	connection_go_on(request->connection);
	if (stream->end != OPEN)
		return;
	stream->is_drained = true;
	if (connection_stays_open(request->connection, request)) {
		connection_answer_first(request->connection, request);
		tomo_deadline(request->call, REST_MS);
		wait_for_more(request);
	}
	stream->is_drained = false;
}

/* ---- what services call ---- */

static void
tell_to_send(struct http_request *request)
{
	request->body_stream->owes_continue = false;
	/* Too late once the answer has begun (RFC 9110 10.1.1). */
	if (stream_has_begun(request))
		return;
	buffer_add_text(
	    output_bytes(request->connection), "HTTP/1.1 100 Continue\r\n\r\n");
}

static int
explain(struct tomo_call *call, int code)
{
	static const struct {
		int code;
		const char *text;
	} rows[] = {
		{ TOMO_ETIMEOUT, "no more came within the time-out" },
		{ TOMO_ETOOBIG, "the body is larger than allowed" },
		{ TOMO_EPROTOCOL, "the body is malformed" },
		{ TOMO_ECLOSED, "the peer is gone" },
		{ TOMO_ECANCELLED, "cancelled" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return call_fail(
			    call, code, "tomo_http_read: %s", rows[i].text);
	return code;
}

int
tomo_http_read(struct tomo_call *call, struct tomo_bytes *bytes)
{
	struct http_request *request = request_of(call, __func__);
	struct body_stream *stream;
	struct buffer read;
	int code;

	if (request == NULL)
		return TOMO_EKIND;
	if (request->spec == NULL || !request->spec->stream_body)
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_read: the row has no .stream_body = 1");
	code = request_check_own(request, __func__);
	if (code < 0)
		return code;
	stream = request->body_stream;
	if (stream == NULL)
		return 0;
	if (stream->owes_continue && stream->end == OPEN)
		tell_to_send(request);
	code = wait_for_more(request);
	stream->is_late = code == TOMO_ETIMEOUT;
	if (stream->is_late)
		return call_fail(
		    call, code, "tomo_http_read: the deadline is over");
	if (code < 0)
		return explain(call, code);
	if (buffer_len(&stream->unread) == 0)
		return explain(call, stream->end);
	read = stream->unread;
	buffer_drain(&stream->lent, buffer_len(&stream->lent));
	stream->unread = stream->lent;
	stream->lent = read;
	*bytes = (struct tomo_bytes) { buffer_data(&stream->lent),
		buffer_len(&stream->lent) };
	return 1;
}
