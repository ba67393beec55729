/*
 * A route pattern token by token, as far as routing must understand it; PCRE2
 * has the last word on everything else.
 */
#ifndef TRANSPORTS_HTTP_PATTERN_SCAN_H
#define TRANSPORTS_HTTP_PATTERN_SCAN_H

#include <stddef.h>

enum pattern_token {
	PATTERN_END,
	PATTERN_CHAR,  /* a plain character, maybe with a backslash */
	PATTERN_PARAM, /* {id}, (?P<id>[^/]+) or (?P<id>[^/]+?) */
	PATTERN_CARET,
	PATTERN_DOLLAR,
	PATTERN_BAR,
	PATTERN_OPEN, /* what starts a group */
	PATTERN_CLOSE,
	PATTERN_REPEAT, /* what repeats the item before, or looks like it */
	PATTERN_ITEM,   /* any other item: a dot, a class, an escape */
	PATTERN_ODD     /* may change how what stands around it is read */
};

/* Where the last token lies: text[start..at).  Starts as { text, 0, 0 }. */
struct pattern_scan {
	const char *text;
	size_t start, at;
};

enum pattern_token pattern_scan_next(struct pattern_scan *scan);

#endif
