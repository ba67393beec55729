/* One route pattern: a regular expression as in the Python library. */
#ifndef TRANSPORTS_HTTP_PATTERN_H
#define TRANSPORTS_HTTP_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/base/error.h"

struct pattern;

/*
 * Compiles text, anchored at both ends; {id} is short for (?P<id>[^/]+).
 * Returns NULL with the reason and its position in the text as written.
 */
struct pattern *pattern_new(const char *text, struct error *err);
void pattern_free(struct pattern *pattern);

/*
 * The longest text that every match begins with, and whether nothing else
 * matches (then no regular expression is run at all).
 */
const char *pattern_prefix(const struct pattern *pattern, size_t *len);
bool pattern_is_literal(const struct pattern *pattern);

/* Where the groups of a match lie: pairs of offsets into the subject. */
struct pattern_match {
	unsigned count;       /* of named groups in the match */
	size_t start[16], end[16]; /* SIZE_MAX where a group took no part */
};

/*
 * Matches subject[0..len) as a whole.  Returns 1 and fills *match (which may
 * be NULL), 0, or -1 when the match limit is reached.
 */
int pattern_match(const struct pattern *pattern, const char *subject,
    size_t len, struct pattern_match *match);

/* The index in a match of the group of that name, or -1. */
int pattern_group(const struct pattern *pattern, const char *name);

#endif
