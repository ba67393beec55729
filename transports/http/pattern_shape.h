/*
 * What can be told about a pattern's matches from its text alone.  In doubt
 * less is told: an empty prefix and no template are true of every pattern.
 */
#ifndef TRANSPORTS_HTTP_PATTERN_SHAPE_H
#define TRANSPORTS_HTTP_PATTERN_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

struct pattern_shape {
	/* Every match begins with this; if literal, it is the only match. */
	char *prefix;
	size_t prefix_len;
	bool literal;

	/*
	 * The matches are this text, where each NUL stands for [^/]+ as the
	 * whole rest of a path segment, and then maybe a slash.  NULL: they
	 * are not of that kind.
	 */
	char *template;
	size_t template_len;
	bool slash;
};

/* The shape of a pattern that PCRE2 has accepted. */
void pattern_shape_init(struct pattern_shape *shape, const char *text);
void pattern_shape_clear(struct pattern_shape *shape);

#endif
