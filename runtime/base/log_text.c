#include "runtime/base/log_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

void
log_text_init(struct log_text *text, void *memory, size_t size)
{
	*text = (struct log_text) { .data = memory, .size = size };
}

void
log_text_clear(struct log_text *text)
{
	if (text->is_heap)
		free(text->data);
	*text = (struct log_text) { 0 };
}

char *
log_text_grow(struct log_text *text, size_t len)
{
	size_t size = text->size > 1024 ? text->size : 1024;
	char *data;

	while (size - text->len < len)
		size *= 2;
	data = realloc(text->is_heap ? text->data : NULL, size);
	if (data == NULL) {
		text->has_failed = true;
		return NULL;
	}
	if (!text->is_heap && text->len > 0)
		memcpy(data, text->data, text->len);
	text->data = data;
	text->size = size;
	text->is_heap = true;
	return data + text->len;
}

/* The character text begins with; its length, or 0 if it is not UTF-8. */
static size_t
decode(const char *text, const char *end, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)*text;
	size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	*character = first;
	if (len == 1)
		return 1;
	if (first < 0xc2 || first > 0xf4 || (size_t)(end - text) < len)
		return 0;
	*character = first & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (*character < least[len] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return len;
}

/*
 * Control characters, and those that some viewers take for the end of a line
 * or that turn the direction of what follows.
 */
static bool
is_unsafe(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
	    (character >= 0x2028 && character <= 0x202e) ||
	    (character >= 0x2066 && character <= 0x2069);
}

static char *
put_escape(char *at, uint32_t character)
{
	static const char digits[] = "0123456789abcdef";

	*at++ = '\\';
	switch (character) {
	case '\n':
		*at++ = 'n';
		return at;
	case '\r':
		*at++ = 'r';
		return at;
	case '\t':
		*at++ = 't';
		return at;
	}
	*at++ = 'u';
	for (int shift = 12; shift >= 0; shift -= 4)
		*at++ = digits[character >> shift & 15];
	return at;
}

/* Character by character, for what is not all plain. */
static char *
put_careful(char *at, const char *text, const char *end, bool quoted)
{
	uint32_t character;
	size_t len;

	for (; text < end; text += len) {
		len = decode(text, end, &character);
		if (len == 0) {
			at = log_put(at, "\xef\xbf\xbd");
			len = 1;
		} else if (is_unsafe(character)) {
			at = put_escape(at, character);
		} else {
			if (quoted && (character == '"' || character == '\\'))
				*at++ = '\\';
			memcpy(at, text, len);
			at += len;
		}
	}
	return at;
}

/* At least bit 7 of each byte that is zero; none if no byte is. */
static inline uint64_t
zeros(uint64_t bytes)
{
	return (bytes - EACH_BYTE(1)) & ~bytes & EACH_BYTE(0x80);
}

/* Whether all eight bytes are written as they are in every format. */
static inline bool
is_plain(uint64_t bytes)
{
	uint64_t control = (bytes - EACH_BYTE(0x20)) & EACH_BYTE(0x80);

	return (control | (bytes & EACH_BYTE(0x80)) |
	    zeros(bytes ^ EACH_BYTE('"')) | zeros(bytes ^ EACH_BYTE('\\')) |
	    zeros(bytes ^ EACH_BYTE(0x7f))) == 0;
}

/* Fewer than eight bytes, which are looked at as one word. */
static inline char *
put_short(char *at, const char *text, size_t len, bool quoted)
{
	uint64_t bytes = EACH_BYTE(' ');
	uint32_t head, tail;

	if (len >= 4) {
		/* The two overlap unless there are eight. */
		memcpy(&head, text, 4);
		memcpy(&tail, text + len - 4, 4);
		if (!is_plain((uint64_t)tail << 32 | head))
			return put_careful(at, text, text + len, quoted);
		memcpy(at, &head, 4);
		memcpy(at + len - 4, &tail, 4);
		return at + len;
	}
	for (size_t i = 0; i < len; i++)
		bytes = bytes << 8 | (unsigned char)text[i];
	if (!is_plain(bytes))
		return put_careful(at, text, text + len, quoted);
	for (size_t i = 0; i < len; i++)
		at[i] = text[i];
	return at + len;
}

char *
log_put_text(char *at, const char *text, size_t len, bool quoted)
{
	const char *end = text + len;
	uint64_t bytes;

	if (len < 8)
		return put_short(at, text, len, quoted);
	for (; end - text >= 8; text += 8, at += 8) {
		memcpy(&bytes, text, 8);
		if (!is_plain(bytes))
			return put_careful(at, text, end, quoted);
		memcpy(at, &bytes, 8);
	}
	/* The last eight again, of which the first are there already. */
	memcpy(&bytes, end - 8, 8);
	if (!is_plain(bytes))
		return put_careful(at, text, end, quoted);
	at += end - text;
	memcpy(at - 8, &bytes, 8);
	return at;
}

static char *
put_unsigned(char *at, uint64_t number)
{
	char digits[20];
	size_t from = sizeof(digits);

	do {
		digits[--from] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	memcpy(at, digits + from, sizeof(digits) - from);
	return at + sizeof(digits) - from;
}

char *
log_put_int(char *at, int64_t number)
{
	uint64_t size = (uint64_t)number;

	if (number < 0) {
		*at++ = '-';
		size = 0 - size;
	}
	return put_unsigned(at, size);
}

/* By way of printf, whose decimal point is the locale's. */
static char *
put_any_float(char *at, double number)
{
	char text[LOG_NUMBER_ROOM];
	bool has_point = false;

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	for (const char *from = text; *from != '\0'; from++) {
		if (strchr("0123456789+-e", *from) != NULL)
			*at++ = *from;
		else if (!has_point)
			*at++ = '.';
		has_point |= strchr("0123456789+-", *from) == NULL;
	}
	/* So that readers that know two kinds of numbers see this one's. */
	return has_point ? at : log_put(at, ".0");
}

char *
log_put_float(char *at, double number)
{
	double size = fabs(number);
	uint64_t millionths;
	uint64_t rest;

	if (!isfinite(number))
		return log_put(at, "null");
	/* Most are times of microseconds; a million parts divide exactly. */
	if (size >= 1e9)
		return put_any_float(at, number);
	millionths = (uint64_t)(size * 1e6 + 0.5);
	if ((double)millionths / 1e6 != size)
		return put_any_float(at, number);
	if (signbit(number))
		*at++ = '-';
	at = put_unsigned(at, millionths / 1000000);
	*at++ = '.';
	rest = millionths % 1000000;
	do {
		*at++ = (char)('0' + rest / 100000);
		rest = rest % 100000 * 10;
	} while (rest > 0);
	return at;
}
