#include "transports/http/encoder.h"

#include <stdlib.h>
#include <zlib.h>

#include "runtime/base/alloc.h"
#include "runtime/base/buffer.h"
#include "transports/http/brotli_library.h"

/* Measured on C source: either does some 60 MB/s, and leaves 28 %. */
#define GZIP_LEVEL 4
#define BROTLI_QUALITY 4

/* Logarithms.  Of a larger window brotli wants megabytes, and wins 0.1 %. */
#define GZIP_WINDOW 15
#define GZIP_MEMORY 8
#define SMALL_GZIP_WINDOW 12
#define SMALL_GZIP_MEMORY 5
#define BROTLI_WINDOW 18

/* Added to a window: with the header and trailer of gzip (zlib.h). */
#define GZIP_FORMAT 16

#define ROOM ((size_t)4096)

struct encoder {
	const struct brotli_library *library;
	enum coding coding;
	z_stream gzip;
	BrotliEncoderState *brotli;
};

/* ---- gzip ---- */

static int
gzip_init(struct encoder *encoder, bool is_small)
{
	const int window = is_small ? SMALL_GZIP_WINDOW : GZIP_WINDOW;

	return deflateInit2(&encoder->gzip, GZIP_LEVEL, Z_DEFLATED,
		   GZIP_FORMAT + window,
		   is_small ? SMALL_GZIP_MEMORY : GZIP_MEMORY,
		   Z_DEFAULT_STRATEGY) == Z_OK
	    ? 0
	    : -1;
}

static int
gzip_write(struct encoder *encoder, const void *data, size_t len,
    enum encoder_step step, struct buffer *out)
{
	static const int flushes[] = { [ENCODER_GO_ON] = Z_NO_FLUSH,
		[ENCODER_FLUSH] = Z_SYNC_FLUSH,
		[ENCODER_END] = Z_FINISH };
	z_stream *gzip = &encoder->gzip;
	int code;

	gzip->next_in = (z_const Bytef *)data;
	gzip->avail_in = (uInt)len;
	do {
		gzip->next_out = (Bytef *)buffer_reserve(out, ROOM);
		gzip->avail_out = (uInt)ROOM;
		code = deflate(gzip, flushes[step]);
		buffer_added(out, ROOM - gzip->avail_out);
		if (code == Z_STREAM_ERROR)
			return -1;
	} while (gzip->avail_out == 0);
	return 0;
}

/* ---- brotli ---- */

static int
brotli_init(struct encoder *encoder)
{
	const struct brotli_library *library = encoder->library;

	encoder->brotli = library->BrotliEncoderCreateInstance(
	    NULL, NULL, NULL);
	if (encoder->brotli == NULL)
		return -1;
	library->BrotliEncoderSetParameter(
	    encoder->brotli, BROTLI_PARAM_QUALITY, BROTLI_QUALITY);
	library->BrotliEncoderSetParameter(
	    encoder->brotli, BROTLI_PARAM_LGWIN, BROTLI_WINDOW);
	return 0;
}

static void
take_output(struct encoder *encoder, struct buffer *out)
{
	const struct brotli_library *library = encoder->library;

	while (library->BrotliEncoderHasMoreOutput(encoder->brotli)) {
		size_t len = 0; /* all that there is */
		const void *data = library->BrotliEncoderTakeOutput(
		    encoder->brotli, &len);

		buffer_add(out, data, len);
	}
}

static int
brotli_write(struct encoder *encoder, const void *data, size_t len,
    enum encoder_step step, struct buffer *out)
{
	static const BrotliEncoderOperation operations[] = {
		[ENCODER_GO_ON] = BROTLI_OPERATION_PROCESS,
		[ENCODER_FLUSH] = BROTLI_OPERATION_FLUSH,
		[ENCODER_END] = BROTLI_OPERATION_FINISH
	};
	const struct brotli_library *library = encoder->library;
	const uint8_t *next = data;
	size_t no_room = 0;

	do {
		if (!library->BrotliEncoderCompressStream(encoder->brotli,
			operations[step], &len, &next, &no_room, NULL, NULL))
			return -1;
		take_output(encoder, out);
	} while (len > 0 ||
	    (step == ENCODER_END &&
		!library->BrotliEncoderIsFinished(encoder->brotli)));
	return 0;
}

/* ---- either ---- */

struct encoder *
encoder_new(
    const struct brotli_library *library, enum coding coding, bool is_small)
{
	struct encoder *encoder = xcalloc(1, sizeof(*encoder));
	int code;

	encoder->library = library;
	encoder->coding = coding;
	code = coding == CODING_GZIP ? gzip_init(encoder, is_small)
				     : brotli_init(encoder);
	if (code == 0)
		return encoder;
	free(encoder);
	return NULL;
}

void
encoder_free(struct encoder *encoder)
{
	if (encoder == NULL)
		return;
	if (encoder->coding == CODING_GZIP)
		deflateEnd(&encoder->gzip);
	else
		encoder->library->BrotliEncoderDestroyInstance(encoder->brotli);
	free(encoder);
}

bool
encoder_reset(struct encoder *encoder)
{
	return encoder->coding == CODING_GZIP &&
	    deflateReset(&encoder->gzip) == Z_OK;
}

int
encoder_write(struct encoder *encoder, const void *data, size_t len,
    enum encoder_step step, struct buffer *out)
{
	return encoder->coding == CODING_GZIP
	    ? gzip_write(encoder, data, len, step, out)
	    : brotli_write(encoder, data, len, step, out);
}
