/* The Range header (RFC 9110 14).  Knows no sockets. */
#ifndef TRANSPORTS_HTTP_RANGE_H
#define TRANSPORTS_HTTP_RANGE_H

#include <stdint.h>

/* More ranges than this are answered with the whole. */
enum { RANGE_MAX = 16 };

struct range {
	uint64_t start, size; /* size is never 0 */
};

/*
 * Reads the ranges of something that is whole bytes long, in the order asked
 * for.  Returns how many; 0 when all is to be sent (another unit, no valid
 * header, nothing to cut, or more work than the whole: too many ranges, or
 * together longer than it); -1 when none lies within (416).
 */
int range_read(const char *text, uint64_t whole, struct range out[RANGE_MAX]);

#endif
