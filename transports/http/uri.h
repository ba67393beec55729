/* Percent-decoding and query strings (RFC 3986, and forms as in WHATWG URL). */
#ifndef TRANSPORTS_HTTP_URI_H
#define TRANSPORTS_HTTP_URI_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Decodes text[0..len) into out, which may be text itself and needs len + 1
 * bytes; ends it with NUL and returns its length.  A "%" that no two hex digits
 * follow stays.  plus: "+" means a space (in queries and forms).
 */
size_t uri_decode(const char *text, size_t len, char *out, bool plus);

/* One pair of a query, still encoded; value is empty without "=". */
struct uri_pair {
	const char *name, *value;
	size_t name_len, value_len;
};

/*
 * Takes the next pair of *query up to end and moves *query past it; empty
 * pieces between "&" are skipped.  Returns false at the end.
 */
bool uri_next_pair(const char **query, const char *end, struct uri_pair *pair);

#endif
