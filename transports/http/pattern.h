/*
 * One route pattern: a regular expression as in the Python library.
 *
 * It is anchored at both ends, whatever branches it has.  Pattern and subject
 * are UTF-8, so a dot takes a whole character; a subject that is not UTF-8
 * matches nothing.  \d, \w and \s are ASCII.  Loop thread only.
 */
#ifndef TRANSPORTS_HTTP_PATTERN_H
#define TRANSPORTS_HTTP_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/base/error.h"

enum { PATTERN_MAX_GROUPS = 16 };

struct pattern;

/*
 * Compiles text; {id} is short for (?P<id>[^/]+), and {,3} for {0,3} as in
 * Python.  Returns NULL with the reason and its position, in bytes, in the
 * text as written; more than PATTERN_MAX_GROUPS named groups are refused.
 */
struct pattern *pattern_new(const char *text, struct error *err);
void pattern_free(struct pattern *pattern);

/*
 * A text that every match begins with, as long as can be told, and whether
 * nothing else matches (then no regular expression is run at all).
 */
const char *pattern_prefix(const struct pattern *pattern, size_t *len);
bool pattern_is_literal(const struct pattern *pattern);

/* Where the named groups of a match lie: pairs of offsets into the subject. */
struct pattern_match {
	unsigned count; /* of named groups in the pattern */
	/* SIZE_MAX where a group took no part. */
	size_t start[PATTERN_MAX_GROUPS], end[PATTERN_MAX_GROUPS];
};

/*
 * Matches subject[0..len) as a whole.  Returns 1 and fills *match (which may
 * be NULL), 0, or -1 when the match limit is reached.
 */
int pattern_match(const struct pattern *pattern, const char *subject,
    size_t len, struct pattern_match *match);

/* The index in a match of the group of that name, or -1. */
int pattern_group(const struct pattern *pattern, const char *name);

/* The regular expression that PCRE2 is given.  The caller frees it. */
char *pattern_expand(const char *text);

#endif
