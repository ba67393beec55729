/* Bytes in, coded bytes out: gzip or brotli.  Knows no sockets. */
#ifndef TRANSPORTS_HTTP_ENCODER_H
#define TRANSPORTS_HTTP_ENCODER_H

#include <stdbool.h>
#include <stddef.h>

#include "transports/http/accept_encoding.h"

struct buffer;
struct brotli_library;

/* The most that is encoded before others get their turn: about a millisecond. */
#define ENCODER_SLICE ((size_t)64 * 1024)

enum encoder_step {
	ENCODER_GO_ON, /* may hold back what compresses better with more */
	ENCODER_FLUSH, /* all so far can be decoded */
	ENCODER_END
};

struct encoder;

/*
 * coding is not CODING_IDENTITY.  A small one is for many at a time that live
 * long, gzip only: 40 KiB instead of 260.  Returns NULL when there is no memory.
 */
struct encoder *encoder_new(
    const struct brotli_library *library, enum coding coding, bool is_small);
void encoder_free(struct encoder *encoder);

/* Makes it as new, which is cheaper than a new one; false: it cannot. */
bool encoder_reset(struct encoder *encoder);

/*
 * Encodes at most ENCODER_SLICE bytes and appends what is ready to out.
 * Returns 0, or -1 when there is no memory: the encoder is then void.
 */
int encoder_write(struct encoder *encoder, const void *data, size_t len,
    enum encoder_step step, struct buffer *out);

#endif
