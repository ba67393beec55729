/* Where a redirect leads, as it may stand in a Location header. */
#ifndef TRANSPORTS_HTTP_REDIRECT_H
#define TRANSPORTS_HTTP_REDIRECT_H

#include <stddef.h>

/* The most that one byte becomes. */
#define REDIRECT_GROWTH 3

/*
 * Writes location to out with each byte percent-encoded that no URI reference
 * has (RFC 3986), NUL-terminated; what is encoded already stays.  out has room
 * for REDIRECT_GROWTH times its length and the NUL.  Returns the length, or 0
 * for an empty location or one with control characters.
 */
size_t redirect_location(const char *location, char *out);

#endif
