#include "transports/http/pattern_shape.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "transports/http/pattern_scan.h"

/* The character of a PATTERN_CHAR token, without its backslash. */
static size_t
add_char(char *out, const struct pattern_scan *scan)
{
	const char *text = scan->text + scan->start;
	size_t len = scan->at - scan->start;

	if (*text == '\\') {
		text++;
		len--;
	}
	memcpy(out, text, len);
	return len;
}

/* Whether what comes at a point where scan is may lie in another branch. */
static bool
has_branch(const char *text)
{
	struct pattern_scan scan = { text, 0, 0 };
	enum pattern_token token;
	size_t depth = 0;

	while ((token = pattern_scan_next(&scan)) != PATTERN_END) {
		if (token == PATTERN_ODD)
			return true;
		if (token == PATTERN_BAR && depth == 0)
			return true;
		if (token == PATTERN_OPEN)
			depth++;
		if (token == PATTERN_CLOSE && depth-- == 0)
			return true;
	}
	return false;
}

static void
skip_carets(struct pattern_scan *scan)
{
	struct pattern_scan ahead = *scan;

	while (pattern_scan_next(&ahead) == PATTERN_CARET)
		*scan = ahead;
}

/* Reads plain characters; a repeat takes back the one that it repeats. */
static void
read_prefix(struct pattern_shape *shape, const char *text)
{
	struct pattern_scan scan = { text, 0, 0 };
	enum pattern_token token;
	size_t last = 0;

	skip_carets(&scan);
	while ((token = pattern_scan_next(&scan)) == PATTERN_CHAR) {
		last = add_char(shape->prefix + shape->prefix_len, &scan);
		shape->prefix_len += last;
	}
	if (token == PATTERN_REPEAT)
		shape->prefix_len -= last;
	while (token == PATTERN_DOLLAR)
		token = pattern_scan_next(&scan);
	shape->literal = token == PATTERN_END;
}

/* Whether the rest of the pattern is "/?" or nothing, and maybe "$". */
static bool
ends_with_slash(struct pattern_scan scan, bool *slash)
{
	const char *rest = scan.text + scan.at;

	*slash = strncmp(rest, "/?", 2) == 0;
	if (*slash)
		rest += 2;
	return strcmp(rest, "") == 0 || strcmp(rest, "$") == 0;
}

/*
 * A parameter that a slash or the end follows takes its whole segment, so
 * there is nothing to try again and no regular expression is needed.
 */
static bool
read_template(struct pattern_shape *shape, const char *text)
{
	struct pattern_scan scan = { text, 0, 0 };
	enum pattern_token token;
	bool param = false;

	skip_carets(&scan);
	while (!ends_with_slash(scan, &shape->slash)) {
		token = pattern_scan_next(&scan);
		if (token == PATTERN_PARAM && !param) {
			shape->template[shape->template_len++] = '\0';
			param = true;
			continue;
		}
		if (token != PATTERN_CHAR ||
		    (param && scan.text[scan.at - 1] != '/'))
			return false;
		shape->template_len += add_char(
		    shape->template + shape->template_len, &scan);
		param = false;
	}
	return true;
}

void
pattern_shape_init(struct pattern_shape *shape, const char *text)
{
	/* Neither is longer than the text: nothing is expanded in them. */
	const size_t size = strlen(text) + 1;

	*shape = (struct pattern_shape) { .prefix = xcalloc(1, size) };
	if (has_branch(text))
		return;
	read_prefix(shape, text);
	if (shape->literal)
		return;
	shape->template = xcalloc(1, size);
	if (read_template(shape, text))
		return;
	free(shape->template);
	shape->template = NULL;
}

void
pattern_shape_clear(struct pattern_shape *shape)
{
	free(shape->prefix);
	free(shape->template);
	*shape = (struct pattern_shape) { .prefix = NULL };
}
