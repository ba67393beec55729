#include "transports/http/pattern_scan.h"

#include <stdbool.h>
#include <string.h>

#include "runtime/base/ascii.h"

/* The length of name and a closing byte after it, or 0 if there is no name. */
static size_t
name_len(const char *text, char close)
{
	size_t len;

	if (!ascii_is_alpha(*text) && *text != '_')
		return 0;
	len = strspn(text,
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
	return text[len] == close ? len + 1 : 0;
}

/* The length of (?P<id>[^/]+) or (?P<id>[^/]+?) at text, or 0. */
static size_t
long_param_len(const char *text)
{
	static const char *const ends[] = { "[^/]+)", "[^/]+?)" };
	size_t len;

	if (strncmp(text, "(?P<", 4) != 0)
		return 0;
	len = name_len(text + 4, '>');
	if (len == 0)
		return 0;
	len += 4;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strncmp(text + len, ends[i], strlen(ends[i])) == 0)
			return len + strlen(ends[i]);
	return 0;
}

/* The length of text up to and with end, or of all when end is missing. */
static size_t
through(const char *text, const char *end)
{
	const char *found = strstr(text, end);

	if (found == NULL)
		return strlen(text);
	return (size_t)(found - text) + strlen(end);
}

static enum pattern_token
scan_escape(const char *text, size_t *len)
{
	const char next = text[1];

	*len = next == '\0' ? 1 : 2;
	if (next == 'Q') {
		*len = through(text, "\\E");
		return PATTERN_ODD;
	}
	if (next == 'E')
		return PATTERN_ODD;
	/* The byte after \c belongs to it, whatever it is. */
	if (next == 'c' && text[2] != '\0')
		*len = 3;
	else if (next != '\0' && strchr("gkNopPux", next) != NULL &&
	    text[2] == '{')
		*len = through(text, "}");
	return ascii_is_punct(next) ? PATTERN_CHAR : PATTERN_ITEM;
}

/* A class is one token; one with more inside than characters is odd. */
static enum pattern_token
scan_class(const char *text, size_t *len)
{
	enum pattern_token token = PATTERN_ITEM;
	size_t at = 1, step;

	if (text[at] == '^')
		at++;
	/* In first place it is a member. */
	if (text[at] == ']')
		at++;
	while (text[at] != '\0' && text[at] != ']') {
		step = 1;
		if (text[at] == '\\' &&
		    scan_escape(text + at, &step) == PATTERN_ODD)
			token = PATTERN_ODD;
		if (text[at] == '[' && text[at + 1] == ':' &&
		    strstr(text + at, ":]") != NULL)
			step = through(text + at, ":]");
		if (text[at] == '[')
			token = PATTERN_ODD;
		at += step;
	}
	*len = text[at] == ']' ? at + 1 : at;
	return token;
}

static enum pattern_token
scan_open(const char *text, size_t *len)
{
	*len = long_param_len(text);
	if (*len != 0)
		return PATTERN_PARAM;
	*len = 1;
	if (text[1] == '*')
		return PATTERN_ODD;
	if (text[1] != '?')
		return PATTERN_OPEN;
	if (text[2] == '#') {
		*len = through(text, ")");
		return PATTERN_ODD;
	}
	if (text[2] != '\0' && strchr(":=!>|<'P", text[2]) != NULL) {
		*len = 3;
		return PATTERN_OPEN;
	}
	/* Options, conditions, recursion. */
	*len = 2;
	return PATTERN_ODD;
}

static enum pattern_token
scan_brace(const char *text, size_t *len)
{
	size_t name = name_len(text + 1, '}'), digits;

	*len = 1;
	if (name != 0) {
		*len = 1 + name;
		return PATTERN_PARAM;
	}
	if (text[1] == ',') {
		digits = strspn(text + 2, "0123456789");
		if (text[2 + digits] == '}')
			*len = 3 + digits;
	}
	return PATTERN_REPEAT;
}

static enum pattern_token
scan_char(const char *text, size_t *len)
{
	/* All bytes of a UTF-8 character. */
	*len = 1;
	while (((unsigned char)text[*len] & 0xc0) == 0x80)
		(*len)++;
	return PATTERN_CHAR;
}

enum pattern_token
pattern_scan_next(struct pattern_scan *scan)
{
	const char *text = scan->text + scan->at;
	enum pattern_token token;
	size_t len = 1;

	switch (*text) {
	case '\0':
		token = PATTERN_END;
		len = 0;
		break;
	case '^':
		token = PATTERN_CARET;
		break;
	case '$':
		token = PATTERN_DOLLAR;
		break;
	case '|':
		token = PATTERN_BAR;
		break;
	case ')':
		token = PATTERN_CLOSE;
		break;
	case '.':
		token = PATTERN_ITEM;
		break;
	case '?':
	case '*':
	case '+':
		token = PATTERN_REPEAT;
		break;
	case '(':
		token = scan_open(text, &len);
		break;
	case '{':
		token = scan_brace(text, &len);
		break;
	case '[':
		token = scan_class(text, &len);
		break;
	case '\\':
		token = scan_escape(text, &len);
		break;
	default:
		token = scan_char(text, &len);
		break;
	}
	scan->start = scan->at;
	scan->at += len;
	return token;
}
