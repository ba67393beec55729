/*
 * The public headers, carried in the runner: so what it compiles is compiled
 * against its own headers, wherever it is installed and whatever lies in the
 * compiler's search path.
 */
#ifndef RUNTIME_BUILD_HEADERS_H
#define RUNTIME_BUILD_HEADERS_H

#include "runtime/base/error.h"

struct header {
	const char *name; /* as it is included: "tomodachi/abi.h" */
	const char *text;
};

/* All of abi/; ends with a NULL name. */
extern const struct header headers[];

/*
 * Writes those that are not there as they should be to a folder of the cache,
 * named after version and content.  Each file appears at once, as another
 * runner may be compiling.  Returns the folder for "-I", which the caller
 * frees, or NULL with the reason.
 */
char *headers_write(const char *cache, struct error *err);

#endif
