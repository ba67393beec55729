#include "transports/http/uri.h"

#include <string.h>

/* The value of a hex digit, or -1. */
static int
hex(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The byte of three characters that begin with "%", or -1. */
static int
escaped(const char *text, const char *end)
{
	int high, low;

	if (end - text < 3 || text[0] != '%')
		return -1;
	high = hex(text[1]);
	low = hex(text[2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

size_t
uri_decode(const char *text, size_t len, char *out, bool plus)
{
	const char *end = text + len;
	char *at = out;

	while (text < end) {
		int byte = escaped(text, end);

		/* In a value that a service sees as text, a NUL would cut it. */
		if (byte > 0 || (byte == 0 && !plus)) {
			*at++ = (char)byte;
			text += 3;
			continue;
		}
		*at++ = plus && *text == '+' ? ' ' : *text;
		text++;
	}
	*at = '\0';
	return (size_t)(at - out);
}

bool
uri_next_pair(const char **query, const char *end, struct uri_pair *pair)
{
	const char *at = *query, *equals, *stop;

	while (at < end && *at == '&')
		at++;
	*query = at;
	if (at == end)
		return false;
	stop = memchr(at, '&', (size_t)(end - at));
	if (stop == NULL)
		stop = end;
	equals = memchr(at, '=', (size_t)(stop - at));
	if (equals == NULL)
		equals = stop;
	pair->name = at;
	pair->name_len = (size_t)(equals - at);
	pair->value = equals < stop ? equals + 1 : stop;
	pair->value_len = (size_t)(stop - pair->value);
	*query = stop;
	return true;
}
