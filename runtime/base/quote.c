#include "runtime/base/quote.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool
is_utf8(const char *text, size_t len)
{
	json_t *string = json_stringn(text, len);

	json_decref(string);
	return string != NULL;
}

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* How many bytes of a longer text to keep, so that no character is halved. */
static size_t
cut(const char *text, size_t len)
{
	while (len > 0 && is_continuation(text[len]))
		len--;
	return len;
}

static size_t
put(char *out, unsigned char c, bool high_is_text)
{
	if (c == '"' || c == '\\')
		return (size_t)sprintf(out, "\\%c", c);
	if (c == '\n')
		return (size_t)sprintf(out, "\\n");
	if (c < 0x20 || c == 0x7F || (c >= 0x80 && !high_is_text))
		return (size_t)sprintf(out, "\\x%02x", c);
	*out = (char)c;
	return 1;
}

const char *
quote(char out[QUOTE_MAX], const char *text, size_t len)
{
	bool high_is_text = is_utf8(text, len);
	size_t at = 0, i;

	/* The longest character is four bytes, as is the longest escape. */
	for (i = 0; i < len && at < QUOTE_MAX - 8; i++)
		at += put(out + at, (unsigned char)text[i], high_is_text);
	if (i < len) {
		if (high_is_text && is_continuation(text[i]))
			at = cut(out, at - 1);
		memcpy(out + at, "...", 3);
		at += 3;
	}
	out[at] = '\0';
	return out;
}

const char *
quote_cut(char out[QUOTE_MAX], const char *text)
{
	size_t len = strlen(text);

	if (len < QUOTE_MAX) {
		memcpy(out, text, len + 1);
		return out;
	}
	len = cut(text, QUOTE_MAX - 4);
	memcpy(out, text, len);
	memcpy(out + len, "...", 4);
	return out;
}
