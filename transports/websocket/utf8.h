/* UTF-8 (RFC 3629), checked as it comes. */
#ifndef TRANSPORTS_WEBSOCKET_UTF8_H
#define TRANSPORTS_WEBSOCKET_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed: between two characters. */
struct utf8 {
	uint8_t left;      /* bytes that the character still needs */
	uint8_t low, high; /* what the next of them may be */
};

/* Takes the next bytes; false at the first that cannot be right. */
bool utf8_feed(struct utf8 *utf8, const char *data, size_t len);

/* Whether no character is cut in two. */
bool utf8_is_whole(const struct utf8 *utf8);

/* Both at once. */
bool utf8_is_text(const char *data, size_t len);

#endif
