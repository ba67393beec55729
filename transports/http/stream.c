#include "transports/http/stream.h"

#include <stdio.h>

#include "runtime/base/buffer.h"
#include "runtime/service/call.h"
#include "transports/http/access_log.h"
#include "transports/http/compression.h"
#include "transports/http/connection.h"
#include "transports/http/encoder.h"
#include "transports/http/output.h"
#include "transports/http/request.h"
#include "transports/http/server.h"

/* What a small piece counts as: to send it takes longer than its bytes do. */
#define PIECE_MIN ((size_t)16 * 1024)

bool
stream_has_begun(const struct http_request *request)
{
	return request->stream != NULL && request->stream->begun;
}

/* ---- the head ---- */

static void
begin(struct http_request *request, struct http_connection *conn)
{
	struct http_stream *stream = request->stream;
	const bool is_head = request_is_head(request);
	struct response_frame frame = {
		.is_head = is_head,
		.is_http10 = request->head.is_http10,
		.framing = request->head.is_http10 ? RESPONSE_UNTIL_CLOSE
						   : RESPONSE_CHUNKED,
	};

	if (conn->server->compression != NULL)
		stream->encoder = compression_of_stream(request);
	stream->begun = true;
	stream->chunked = frame.framing == RESPONSE_CHUNKED && !is_head;
	conn->unframed = !stream->chunked && !is_head;
	stream->keep_alive = (stream->chunked || is_head) &&
	    connection_stays_open(conn, request);
	frame.keep_alive = stream->keep_alive;
	response_render(
	    &request->response, conn->server, &frame, output_bytes(conn));
}

/* ---- the body ---- */

/* Half of it is free before the writer goes on: pieces stay large. */
static bool
has_room(const struct http_request *request)
{
	return buffer_len(output_bytes(request->connection)) <=
	    request->server->settings.send_buffer / 2;
}

/*
 * To be called before the writer suspends: what was added so far may stand in
 * the buffer that all connections share, where the next answer of any of them
 * would be put behind it.
 */
static void
send_added(struct http_request *request)
{
	if (request->connection != NULL)
		connection_send(request->connection);
}

static int
wait_for_room(struct http_request *request)
{
	struct task *task = &request->call->task;
	int code;

	send_added(request);
	if (request->connection == NULL)
		return TOMO_ECLOSED;
	if (has_room(request))
		return 0;
	request->stream->writer = task;
	code = task_wait(task, -1);
	request->stream->writer = NULL;
	return code;
}

/* A client that reads all at once must not keep the loop from the others. */
static int
take_turns(struct http_request *request)
{
	struct task *task = &request->call->task;

	/* To encode takes longer than to send. */
	if (request->stream->turn <
	    (request->stream->encoder != NULL ? ENCODER_SLICE : OUTPUT_TURN))
		return 0;
	request->stream->turn = 0;
	send_added(request);
	/* What it returns says nothing more than the check. */
	task_wait(task, 0);
	return task_check(task);
}

static void
add_piece(struct http_request *request, const char *data, size_t len)
{
	struct buffer *out = output_bytes(request->connection);

	if (request->stream->chunked)
		buffer_printf(out, "%zx\r\n", len);
	buffer_add(out, data, len);
	if (request->stream->chunked)
		buffer_add(out, "\r\n", 2);
	request->stream->written += len;
}

/* Writes what there is room for; returns how much, or a code. */
static long
write_piece(struct http_request *request, const char *data, size_t len)
{
	const size_t max = request->server->settings.send_buffer;
	size_t unsent, piece;
	int code = take_turns(request);

	if (code == 0 && request->connection == NULL)
		code = TOMO_ECLOSED;
	if (code < 0)
		return code;
	unsent = buffer_len(output_bytes(request->connection));
	piece = unsent < max ? max - unsent : 0;
	if (piece >= len)
		piece = len;
	else if (!has_room(request))
		return wait_for_room(request);
	add_piece(request, data, piece);
	request->stream->turn += piece > PIECE_MIN ? piece : PIECE_MIN;
	connection_send(request->connection);
	return (long)piece;
}

static int
write_all(struct http_request *request, const char *data, size_t len)
{
	while (len > 0) {
		const long done = write_piece(request, data, len);

		if (done < 0)
			return (int)done;
		data += done;
		len -= (size_t)done;
	}
	return 0;
}

/* The next slice of data, encoded. */
static int
write_slice(struct http_request *request, const char *data, size_t len,
    enum encoder_step step)
{
	struct http_stream *stream = request->stream;
	struct buffer piece = { 0 };
	int code = take_turns(request);

	if (code < 0)
		return code;
	stream->turn += len;
	code = encoder_write(stream->encoder, data, len, step, &piece) == 0
	    ? write_all(request, buffer_data(&piece), buffer_len(&piece))
	    : TOMO_ENOMEM;
	/* After a gap nothing can be decoded, so there is no after. */
	if (code < 0)
		stream->failed = true;
	buffer_clear(&piece);
	return code;
}

/* The end of it is flushed: the client can read all that was written. */
static int
write_encoded(struct http_request *request, const char *data, size_t len)
{
	int code = request->stream->failed ? TOMO_ECLOSED : 0;

	while (len > 0 && code == 0) {
		const bool is_last = len <= ENCODER_SLICE;
		const size_t size = is_last ? len : ENCODER_SLICE;

		code = write_slice(request, data, size,
		    is_last ? ENCODER_FLUSH : ENCODER_GO_ON);
		data += size;
		len -= size;
	}
	return code;
}

int
stream_write(struct http_request *request, const char *data, size_t len)
{
	struct http_connection *conn = request->connection;
	int code = task_check(&request->call->task);

	if (code < 0)
		return code;
	if (conn == NULL)
		return TOMO_ECLOSED;
	if (!request->stream->begun)
		begin(request, conn);
	if (request_is_head(request))
		code = TOMO_ECLOSED;
	else if (request->stream->encoder != NULL)
		code = write_encoded(request, data, len);
	else
		code = write_all(request, data, len);
	/* With nothing written, the head stands alone; see send_added(). */
	if (code < 0 || len == 0)
		send_added(request);
	return code;
}

/* ---- the end ---- */

void
stream_fail(struct http_request *request)
{
	request->stream->failed = !request_is_head(request);
}

bool
stream_was_left(const struct http_request *request, int code)
{
	return stream_has_begun(request) &&
	    (request_was_left(request) || request_is_head(request)) &&
	    (code == TOMO_ECLOSED || code == TOMO_ECANCELLED);
}

static void
end_encoding(struct http_request *request)
{
	struct buffer piece = { 0 };

	if (encoder_write(
		request->stream->encoder, "", 0, ENCODER_END, &piece) < 0)
		request->stream->failed = true;
	else
		add_piece(request, buffer_data(&piece), buffer_len(&piece));
	buffer_clear(&piece);
}

void
stream_end(struct http_request *request)
{
	struct http_stream *stream = request->stream;
	struct http_connection *conn = request->connection;
	const bool left = conn == NULL || (conn->half_closed && stream->failed);

	if (conn != NULL && stream->encoder != NULL && !stream->failed)
		end_encoding(request);
	access_log_write(request, left ? 499 : request->response.status,
	    stream->written, "");
	if (conn == NULL)
		return;
	if (stream->chunked && !stream->failed)
		buffer_add_text(output_bytes(conn), "0\r\n\r\n");
	conn->broken = stream->failed && conn->unframed;
	/* A stop may have begun since its head said keep-alive. */
	connection_finish(conn,
	    stream->keep_alive && !stream->failed && !conn->server->shutting);
}

void
stream_on_sent(struct http_request *request)
{
	struct http_stream *stream = request->stream;

	if (stream != NULL && stream->writer != NULL && has_room(request))
		task_wake(stream->writer, 0);
}

void
stream_on_close(struct http_request *request)
{
	struct http_stream *stream = request->stream;

	if (stream != NULL && stream->writer != NULL)
		task_wake(stream->writer, TOMO_ECLOSED);
}

void
stream_clear(struct http_request *request)
{
	if (request->stream == NULL)
		return;
	encoder_free(request->stream->encoder);
	request->stream->encoder = NULL;
}
