#include "transports/http/compression.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/buffer.h"
#include "runtime/service/call.h"
#include "transports/http/brotli_library.h"
#include "transports/http/encoder.h"
#include "transports/http/output.h"
#include "transports/http/request.h"
#include "transports/http/server.h"
#include "transports/http/variant.h"

/*
 * A larger file is sent as it is: it costs no memory, and the CPU for it would
 * be spent again for each client.
 */
#define FILE_MAX ((uint64_t)1 << 20)

struct compression {
	const struct brotli_library *library;
	struct encoder *spare; /* or NULL */
};

struct compression *
compression_new(struct error *err)
{
	const struct brotli_library *library = brotli_library_open(err);
	struct compression *compression;

	if (library == NULL)
		return NULL;
	compression = xcalloc(1, sizeof(*compression));
	compression->library = library;
	return compression;
}

void
compression_free(struct compression *compression)
{
	if (compression == NULL)
		return;
	encoder_free(compression->spare);
	free(compression);
}

/* ---- encoders ---- */

static struct encoder *
take(struct compression *compression, enum coding coding)
{
	struct encoder *spare = compression->spare;

	if (coding != CODING_GZIP || spare == NULL)
		return encoder_new(compression->library, coding, false);
	compression->spare = NULL;
	return spare;
}

static void
give_back(struct compression *compression, struct encoder *encoder)
{
	if (compression->spare == NULL && encoder_reset(encoder))
		compression->spare = encoder;
	else
		encoder_free(encoder);
}

/* ---- content ---- */

/* The next slice of the content, from at; NULL: it is not there. */
static const char *
read_slice(
    const struct http_request *request, char *piece, uint64_t at, size_t len)
{
	const struct output_file *file = request->response.file;

	if (file == NULL)
		return request->response.body + at;
	return pread(file->fd, piece, len, (off_t)at) == (ssize_t)len ? piece
								      : NULL;
}

static int
take_turns(struct http_request *request)
{
	struct task *task = &request->call->task;

	/* What it returns says nothing more than the check. */
	task_wait(task, 0);
	return task_check(task);
}

/* Encodes all of it, or returns -1. */
static int
encode(struct http_request *request, struct encoder *encoder, char *piece,
    struct buffer *out)
{
	const size_t whole = request->response.body_len;

	for (size_t at = 0; at < whole; at += ENCODER_SLICE) {
		const bool is_last = whole - at <= ENCODER_SLICE;
		const size_t len = is_last ? whole - at : ENCODER_SLICE;
		const char *data;

		if (at > 0 && take_turns(request) < 0)
			return -1;
		data = read_slice(request, piece, at, len);
		if (data == NULL ||
		    encoder_write(encoder, data, len,
			is_last ? ENCODER_END : ENCODER_GO_ON, out) < 0)
			return -1;
	}
	return 0;
}

static void
replace(struct http_request *request, enum coding coding,
    const struct buffer *content)
{
	const size_t len = buffer_len(content);
	char *copy;

	if (len >= request->response.body_len)
		return;
	copy = call_keep(request->call, len);
	if (copy == NULL || !variant_mark(request, coding))
		return;
	memcpy(copy, buffer_data(content), len);
	request->response.body = copy;
	request->response.body_len = len;
	request->response.file = NULL;
}

static void
use(struct http_request *request, enum coding coding)
{
	struct compression *compression = request->server->compression;
	struct encoder *encoder = take(compression, coding);
	char *piece = request->response.file != NULL ? malloc(ENCODER_SLICE)
						     : NULL;
	struct buffer out = { 0 };

	if (encoder == NULL)
		goto done;
	if (request->response.file != NULL && piece == NULL)
		goto done;
	if (encode(request, encoder, piece, &out) == 0)
		replace(request, coding, &out);
	give_back(compression, encoder);
done:
	buffer_clear(&out);
	free(piece);
}

/* ---- answers ---- */

#define OFFERED (CODING_BIT(CODING_BR) | CODING_BIT(CODING_GZIP))

/* A part of the content has to be a part of what others get. */
static bool
has_whole_content(const struct http_response *response)
{
	return response->status != 206 &&
	    !response_is_bodiless(response->status);
}

void
compression_apply(struct http_request *request)
{
	const struct http_response *response = &request->response;
	enum coding coding;

	if (response->status == 304 &&
	    variant_is_open(request, response_type(response)))
		variant_not_modified(request);
	if (request->connection == NULL || !has_whole_content(response) ||
	    response->body_len < request->server->settings.compression_min ||
	    (response->file != NULL && response->body_len > FILE_MAX) ||
	    !variant_is_open(request, response_type(response)) ||
	    !variant_vary(request))
		return;
	coding = variant_choose(request, OFFERED);
	if (coding != CODING_IDENTITY)
		use(request, coding);
}

bool
compression_takes_file(
    const struct http_request *request, const char *type, uint64_t size)
{
	return size >= request->server->settings.compression_min &&
	    size <= FILE_MAX && variant_is_open(request, type) &&
	    variant_choose(request, OFFERED) != CODING_IDENTITY;
}

/*
 * Of many streams that are open for hours, each has its encoder: with gzip that
 * is a tenth of what brotli takes, and pieces sent one by one become smaller.
 */
struct encoder *
compression_of_stream(struct http_request *request)
{
	const struct compression *compression = request->server->compression;
	struct encoder *encoder;

	if (!has_whole_content(&request->response) ||
	    !variant_is_open(request, response_type(&request->response)) ||
	    !variant_vary(request) ||
	    variant_choose(request, CODING_BIT(CODING_GZIP)) != CODING_GZIP)
		return NULL;
	if (request_is_head(request)) {
		variant_mark(request, CODING_GZIP);
		return NULL;
	}
	encoder = encoder_new(compression->library, CODING_GZIP, true);
	if (encoder == NULL || variant_mark(request, CODING_GZIP))
		return encoder;
	encoder_free(encoder);
	return NULL;
}
