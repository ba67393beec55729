/*
 * The parts of a multipart/form-data body (RFC 7578, RFC 2046), found where
 * they lie: nothing is copied.  Knows no calls and no files.
 */
#ifndef TRANSPORTS_HTTP_MULTIPART_H
#define TRANSPORTS_HTTP_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "transports/http/parameters.h"

#define MULTIPART_PARTS 1000
#define MULTIPART_HEADERS 16
#define MULTIPART_HEADER_BYTES 8192
#define MULTIPART_BOUNDARY 70 /* RFC 2046 5.1.1 */

struct multipart {
	const char *at, *end; /* the next part, if not is_over */
	char delimiter[MULTIPART_BOUNDARY + 4]; /* CR LF "--" boundary */
	size_t delimiter_len;
	unsigned parts; /* so far */
	bool is_over;
	const char *fault; /* what is wrong, once something is */
};

struct multipart_part {
	struct parameter name, filename; /* filename.value NULL: a field */
	const char *type;                /* of Content-Type, or NULL */
	size_t type_len;
	const char *data;
	size_t size;
};

/*
 * Starts on body[0..len), which must outlive it.  Returns 0, or TOMO_EINVAL
 * with the reason in fault.
 */
int multipart_start(struct multipart *multipart, const char *content_type,
    const char *body, size_t len);

/*
 * The next part.  Returns 1; 0 after the last; TOMO_EINVAL (malformed) or
 * TOMO_ETOOBIG with the reason in fault.
 */
int multipart_next(struct multipart *multipart, struct multipart_part *part);

#endif
