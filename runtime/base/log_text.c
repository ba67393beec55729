#include "runtime/base/log_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BILLION UINT64_C(1000000000)

/* Billionths of smaller numbers fit into the 53 bits of a double. */
#define MAX_EXACT 9e6

/* What every processor of today looks at in one step. */
typedef signed char v16 __attribute__((vector_size(16)));
typedef uint64_t words __attribute__((vector_size(16)));

#define BLANKS UINT64_C(0x2020202020202020)

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
static __attribute__((noinline)) char *
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

/* Whether all sixteen bytes are written as they are in every format. */
static inline bool
is_plain(v16 bytes)
{
	/* Signed, what is not ASCII is less than a blank. */
	const v16 special = (bytes < ' ') | (bytes == 0x7f) | (bytes == '"') |
	    (bytes == '\\');
	const words either = (words)special;

	return (either[0] | either[1]) == 0;
}

/*
 * Fewer than sixteen bytes, looked at as one vector: two loads that overlap
 * make up any length.  The words are put together in registers, for to write
 * halves and read a whole would stall.
 */
static inline char *
put_short(char *at, const char *text, size_t len, bool quoted)
{
	uint64_t head = BLANKS, tail = BLANKS;
	uint32_t first, last;

	if (len >= 8) {
		memcpy(&head, text, 8);
		memcpy(&tail, text + len - 8, 8);
	} else if (len >= 4) {
		memcpy(&first, text, 4);
		memcpy(&last, text + len - 4, 4);
		head = (uint64_t)last << 32 | first;
	} else if (len > 0) {
		head = head << 8 | (unsigned char)text[0];
		head = head << 8 | (unsigned char)text[len / 2];
		head = head << 8 | (unsigned char)text[len - 1];
	}
	if (!is_plain((v16)(words) { head, tail }))
		return put_careful(at, text, text + len, quoted);
	if (len >= 8) {
		memcpy(at, &head, 8);
		memcpy(at + len - 8, &tail, 8);
	} else if (len >= 4) {
		memcpy(at, &first, 4);
		memcpy(at + len - 4, &last, 4);
	} else if (len > 0) {
		at[0] = (char)(head >> 16);
		at[len / 2] = (char)(head >> 8);
		at[len - 1] = (char)head;
	}
	return at + len;
}

char *
log_put_text(char *at, const char *text, size_t len, bool quoted)
{
	const char *end = text + len;
	v16 bytes;

	if (len < 16)
		return put_short(at, text, len, quoted);
	for (; end - text >= 16; text += 16, at += 16) {
		memcpy(&bytes, text, 16);
		if (!is_plain(bytes))
			return put_careful(at, text, end, quoted);
		memcpy(at, &bytes, 16);
	}
	/* The last sixteen again, of which the first are there already. */
	memcpy(&bytes, end - 16, 16);
	if (!is_plain(bytes))
		return put_careful(at, text, end, quoted);
	at += end - text;
	memcpy(at - 16, &bytes, 16);
	return at;
}

/* Two digits, of a number below a hundred. */
static inline void
put_pair(char *at, uint32_t number)
{
	static const char pairs[] =
	    "00010203040506070809101112131415161718192021222324252627282930"
	    "31323334353637383940414243444546474849505152535455565758596061"
	    "62636465666768697071727374757677787980818283848586878889909192"
	    "93949596979899";

	memcpy(at, pairs + 2 * (size_t)number, 2);
}

static char *
put_unsigned(char *at, uint64_t number)
{
	size_t len = 1;
	char *from;

	for (uint64_t rest = number; rest >= 10; rest /= 10)
		len++;
	from = at + len;
	for (; number >= 100; number /= 100)
		put_pair(from -= 2, (uint32_t)(number % 100));
	if (number >= 10)
		put_pair(from - 2, (uint32_t)number);
	else
		from[-1] = (char)('0' + number);
	return at + len;
}

char *
log_put_digits(char *at, uint32_t number, size_t count)
{
	for (size_t i = count; i > 0; i -= 2, number /= 100)
		put_pair(at + i - 2, number % 100);
	return at + count;
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
	uint64_t billionths;
	uint32_t rest;

	if (!isfinite(number))
		return log_put(at, "null");
	/* Most are times counted in nanoseconds: n / 1e9, rounded once. */
	if (size >= MAX_EXACT)
		return put_any_float(at, number);
	billionths = (uint64_t)(size * 1e9 + 0.5);
	if ((double)billionths / 1e9 != size)
		return put_any_float(at, number);
	if (signbit(number))
		*at++ = '-';
	at = put_unsigned(at, billionths / BILLION);
	*at++ = '.';
	rest = (uint32_t)(billionths % BILLION);
	*at++ = (char)('0' + rest / 100000000);
	at = log_put_digits(at, rest % 100000000, 8);
	while (at[-1] == '0' && at[-2] != '.')
		at--;
	return at;
}
