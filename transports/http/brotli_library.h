/*
 * libbrotlienc, opened by a service that compresses: linked, it would cost every
 * start some tenths of a millisecond.  Its functions are called through a table,
 * brotli->BrotliEncoderTakeOutput(...).
 */
#ifndef TRANSPORTS_HTTP_BROTLI_LIBRARY_H
#define TRANSPORTS_HTTP_BROTLI_LIBRARY_H

#include <brotli/encode.h>

#include "runtime/base/error.h"

#define BROTLI_FUNCTIONS(X) \
	X(BrotliEncoderCreateInstance) \
	X(BrotliEncoderSetParameter) \
	X(BrotliEncoderCompressStream) \
	X(BrotliEncoderTakeOutput) \
	X(BrotliEncoderHasMoreOutput) \
	X(BrotliEncoderIsFinished) \
	X(BrotliEncoderDestroyInstance)

struct brotli_library {
#define FUNCTION(name) __typeof__(name) *name;
	BROTLI_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

/*
 * Maps it, the first time.  Returns their functions, good until the process
 * ends; or NULL with the reason.
 */
const struct brotli_library *brotli_library_open(struct error *err);

#endif
