/* The coding in which an answer goes out, and the headers that tell of it. */
#ifndef TRANSPORTS_HTTP_VARIANT_H
#define TRANSPORTS_HTTP_VARIANT_H

#include <stdbool.h>

#include "transports/http/accept_encoding.h"

struct http_request;

/*
 * Whether the request's answer, of a media type (NULL: the default), may go out
 * in another coding: http.compression is on, the type gains by it, and no
 * header set so far (Content-Encoding, Cache-Control: no-transform) forbids it.
 */
bool variant_is_open(const struct http_request *request, const char *type);

/* The coding that the client likes best of a set of CODING_BIT(). */
enum coding variant_choose(
    const struct http_request *request, unsigned offered);

/*
 * Adds Accept-Encoding to Vary: also to the answer of a client that accepts
 * none, lest a cache give it to all.  False: there is no memory.
 */
bool variant_vary(struct http_request *request);

/*
 * The headers of content that was encoded on the way: Content-Encoding, no
 * Accept-Ranges, and a weak ETag, since other bytes have the strong one.
 * False: there is no memory.
 */
bool variant_mark(struct http_request *request, enum coding coding);

/*
 * The headers of a 304 that stands for content which may have been encoded
 * (RFC 9110 15.4.5): Vary, and the ETag as weak as the client has it.
 */
void variant_not_modified(struct http_request *request);

/* Makes the ETag weak, if there is one.  False: there is no memory. */
bool variant_weaken(struct http_request *request);

#endif
