/*
 * zlib and libbrotlienc, opened by a service that compresses: linked, they
 * would cost every start a quarter of a millisecond.  Their functions are
 * called through a table, lib->deflate(...).
 */
#ifndef TRANSPORTS_HTTP_CODING_LIBRARY_H
#define TRANSPORTS_HTTP_CODING_LIBRARY_H

#include <brotli/encode.h>
#include <zlib.h>

#include "runtime/base/error.h"

#define ZLIB_FUNCTIONS(X) \
	X(deflateInit2_) \
	X(deflate) \
	X(deflateReset) \
	X(deflateEnd)

#define BROTLI_FUNCTIONS(X) \
	X(BrotliEncoderCreateInstance) \
	X(BrotliEncoderSetParameter) \
	X(BrotliEncoderCompressStream) \
	X(BrotliEncoderTakeOutput) \
	X(BrotliEncoderHasMoreOutput) \
	X(BrotliEncoderIsFinished) \
	X(BrotliEncoderDestroyInstance)

struct coding_library {
#define FUNCTION(name) __typeof__(name) *name;
	ZLIB_FUNCTIONS(FUNCTION)
	BROTLI_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

/*
 * Maps both, the first time.  Returns their functions, good until the process
 * ends; or NULL with the reason.
 */
const struct coding_library *coding_library_open(struct error *err);

#endif
