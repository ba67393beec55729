/*
 * Where the body of a request ends: after so many bytes, or with its last
 * chunk (RFC 9112 6 and 7.1).  Strict, so that no proxy can see another end:
 * only CR LF ends a line, and nothing is skipped.  Knows no sockets.
 */
#ifndef TRANSPORTS_HTTP_FRAMING_H
#define TRANSPORTS_HTTP_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed: a body of no bytes. */
struct framing {
	uint64_t left;  /* of the body or the chunk */
	uint32_t extra; /* bytes of trailers and chunk extensions so far */
	uint8_t state;  /* enum framing_state */
	uint8_t digits; /* of the chunk's size */
};

void framing_by_length(struct framing *framing, uint64_t length);
void framing_by_chunks(struct framing *framing);

/* Takes the body piece by piece as it is decoded; non-zero stops. */
struct framing_sink {
	int (*fn)(void *arg, const char *data, size_t len);
	void *arg;
};

enum framing_verdict {
	FRAMING_MORE,
	FRAMING_DONE,    /* whole; *used bytes of data belong to it */
	FRAMING_STOPPED, /* the sink returned non-zero */
	FRAMING_BAD      /* 400 */
};

/* Decodes the next bytes; after anything but FRAMING_MORE there are none. */
enum framing_verdict framing_feed(struct framing *framing, const char *data,
    size_t len, size_t *used, const struct framing_sink *sink);

#endif
