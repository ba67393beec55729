/* Answers made smaller for clients that accept it: http.compression. */
#ifndef TRANSPORTS_HTTP_COMPRESSION_H
#define TRANSPORTS_HTTP_COMPRESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct compression;
struct encoder;
struct http_request;

/* What a server needs for it; NULL with the reason if a library is missing. */
struct compression *compression_new(struct error *err);
void compression_free(struct compression *compression);

/*
 * The answer stands: compresses it if that makes it smaller, on the call's
 * coroutine; gives others their turn meanwhile.  Where something fails the
 * answer stays as it was.
 */
void compression_apply(struct http_request *request);

/* Whether that will change a file of so many bytes, answered whole. */
bool compression_takes_file(
    const struct http_request *request, const char *type, uint64_t size);

/*
 * The answer is a stream whose head is not yet out: sets headers, and returns
 * what is to encode it, or NULL.
 */
struct encoder *compression_of_stream(struct http_request *request);

#endif
