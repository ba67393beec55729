#include "transports/http/framing.h"

#include <string.h>

/* All trailers and chunk extensions of a body together; they are dropped. */
#define EXTRA_MAX 16384

/* Hex digits of 64 bits; zeros in front count. */
#define DIGITS_MAX 16

/* What the next byte belongs to. */
enum framing_state {
	BY_LENGTH,
	SIZE,      /* of a chunk, in hex */
	EXTENSION, /* what follows ";" */
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	LINE, /* a trailer, or the empty line at the end */
	NAME, /* of a trailer */
	VALUE,
	VALUE_LF,
	END_LF,
	END
};

void
framing_by_length(struct framing *framing, uint64_t length)
{
	*framing = (struct framing) { .left = length, .state = BY_LENGTH };
}

void
framing_by_chunks(struct framing *framing)
{
	*framing = (struct framing) { .state = SIZE };
}

static bool
is_text(char c)
{
	return ((unsigned char)c >= ' ' && c != 0x7f) || c == '\t';
}

static bool
is_token(char c)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	return (c >= '0' && c <= '9') ||
	    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    (c != '\0' && strchr(others, c) != NULL);
}

/* The state after a byte of a chunk's size, or -1. */
static int
size_digit(struct framing *framing, char c)
{
	unsigned digit = 16;

	if (c >= '0' && c <= '9')
		digit = (unsigned)(c - '0');
	else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		digit = (unsigned)((c | 0x20) - 'a') + 10;
	if (digit < 16) {
		framing->left = framing->left << 4 | digit;
		return framing->digits++ < DIGITS_MAX ? SIZE : -1;
	}
	if (framing->digits == 0)
		return -1;
	return c == '\r' ? SIZE_LF : c == ';' ? EXTENSION : -1;
}

static int
after_size(struct framing *framing)
{
	framing->digits = 0;
	return framing->left > 0 ? DATA : LINE;
}

/* Counts what is dropped. */
static int
extra(struct framing *framing, int state)
{
	return ++framing->extra <= EXTRA_MAX ? state : -1;
}

/* The state after c, which is no byte of the body, or -1. */
static int
step(struct framing *framing, char c)
{
	switch ((enum framing_state)framing->state) {
	case SIZE:
		return size_digit(framing, c);
	case EXTENSION:
		return c == '\r' ? SIZE_LF
		    : is_text(c) ? extra(framing, EXTENSION)
				 : -1;
	case SIZE_LF:
		return c == '\n' ? after_size(framing) : -1;
	case DATA_CR:
		return c == '\r' ? DATA_LF : -1;
	case DATA_LF:
		return c == '\n' ? SIZE : -1;
	case LINE:
		return c == '\r'  ? END_LF
		    : is_token(c) ? extra(framing, NAME)
				  : -1;
	case NAME:
		return c == ':'   ? extra(framing, VALUE)
		    : is_token(c) ? extra(framing, NAME)
				  : -1;
	case VALUE:
		return c == '\r' ? VALUE_LF
		    : is_text(c) ? extra(framing, VALUE)
				 : -1;
	case VALUE_LF:
		return c == '\n' ? LINE : -1;
	case END_LF:
		return c == '\n' ? END : -1;
	case BY_LENGTH:
	case DATA:
	case END:
		return -1;
	}
	return -1;
}

/* Hands on what there is of the body or chunk; the state after it, or -1. */
static int
take(struct framing *framing, const char *data, size_t len, size_t *used,
    const struct framing_sink *sink)
{
	const size_t part = len < framing->left ? len : (size_t)framing->left;

	*used += part;
	framing->left -= part;
	if (part > 0 && sink->fn(sink->arg, data, part) != 0)
		return -1;
	if (framing->left > 0)
		return framing->state;
	return framing->state == DATA ? DATA_CR : END;
}

enum framing_verdict
framing_feed(struct framing *framing, const char *data, size_t len,
    size_t *used, const struct framing_sink *sink)
{
	*used = 0;
	while (*used < len && framing->state != END) {
		const bool is_body = framing->state == BY_LENGTH ||
		    framing->state == DATA;
		const int next = is_body
		    ? take(framing, data + *used, len - *used, used, sink)
		    : step(framing, data[(*used)++]);

		if (next < 0)
			return is_body ? FRAMING_STOPPED : FRAMING_BAD;
		framing->state = (uint8_t)next;
	}
	return framing->state == END ? FRAMING_DONE : FRAMING_MORE;
}
