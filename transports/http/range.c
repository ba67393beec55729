#include "transports/http/range.h"

#include <stdbool.h>
#include <string.h>

#include "runtime/base/ascii.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *
skip_space(const char *at)
{
	return at + strspn(at, " \t");
}

/* A number at *at, which moves past it; one past 64 bits is the largest. */
static uint64_t
number(const char **at)
{
	uint64_t value = 0;

	for (; is_digit(**at); (*at)++) {
		const unsigned digit = (unsigned)(**at - '0');

		value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX
							  : value * 10 + digit;
	}
	return value;
}

/* "-N": the last N bytes. */
static const char *
read_suffix(const char *at, uint64_t whole, struct range *range)
{
	at++;
	if (!is_digit(*at))
		return NULL;
	range->size = number(&at);
	if (range->size > whole)
		range->size = whole;
	range->start = whole - range->size;
	return at;
}

/*
 * "A-B", "A-" or "-N".  Returns what follows, or NULL if it is none of them; a
 * range that lies outside has size 0.
 */
static const char *
read_one(const char *at, uint64_t whole, struct range *range)
{
	uint64_t last = UINT64_MAX;

	if (*at == '-')
		return read_suffix(at, whole, range);
	if (!is_digit(*at))
		return NULL;
	range->start = number(&at);
	if (*at++ != '-')
		return NULL;
	if (is_digit(*at))
		last = number(&at);
	if (last < range->start)
		return NULL;
	range->size = 0;
	if (range->start < whole)
		range->size = last < whole ? last - range->start + 1
					   : whole - range->start;
	return at;
}

int
range_read(const char *text, uint64_t whole, struct range out[RANGE_MAX])
{
	uint64_t left = whole;
	int count = 0, outside = 0;

	if (whole == 0 || ascii_ncasecmp(text, "bytes=", 6) != 0)
		return 0;
	for (const char *at = text + 5; *at != '\0';) {
		struct range range;

		/* Lists may have empty members (RFC 9110 5.6.1.2). */
		at = skip_space(at + 1);
		if (*at == ',')
			continue;
		if (*at == '\0')
			break;
		at = read_one(at, whole, &range);
		if (at == NULL)
			return 0;
		at = skip_space(at);
		if (*at != ',' && *at != '\0')
			return 0;
		if (range.size == 0) {
			outside++;
			continue;
		}
		if (count == RANGE_MAX || range.size > left)
			return 0;
		left -= range.size;
		out[count++] = range;
	}
	return count > 0 || outside == 0 ? count : -1;
}
