#include "transports/http/accept_encoding.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "runtime/base/ascii.h"

static const struct {
	const char *name;
	enum coding coding;
} names[] = {
	{ "identity", CODING_IDENTITY },
	{ "gzip", CODING_GZIP },
	{ "x-gzip", CODING_GZIP }, /* RFC 9110 8.4.1.3 */
	{ "br", CODING_BR },
};

const char *
coding_name(enum coding coding)
{
	static const char *const texts[CODINGS] = { "identity", "gzip", "br" };

	return texts[coding];
}

void
accept_encoding_init(struct accept_encoding *accepts)
{
	for (size_t i = 0; i < CODINGS; i++)
		accepts->weights[i] = -1;
	accepts->others = -1;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads a qvalue, "0.5", into thousandths; returns what follows, or NULL. */
static const char *
read_weight(const char *at, int16_t *weight)
{
	int value = 0, scale = 100;

	if (*at != '0' && *at != '1')
		return NULL;
	value = (*at++ - '0') * 1000;
	if (*at == '.')
		for (at++; is_digit(*at) && scale > 0; at++, scale /= 10)
			value += (*at - '0') * scale;
	if (value > 1000)
		return NULL;
	*weight = (int16_t)value;
	return at;
}

/* Reads ";q=0.5", if it is there. */
static const char *
read_parameter(const char *at, int16_t *weight)
{
	at += strspn(at, " \t");
	if (*at != ';')
		return at;
	at += 1 + strspn(at + 1, " \t");
	if ((at[0] != 'q' && at[0] != 'Q') || at[1] != '=')
		return NULL;
	at = read_weight(at + 2, weight);
	return at != NULL ? at + strspn(at, " \t") : NULL;
}

static void
set_weight(struct accept_encoding *accepts, const char *name, size_t len,
    int16_t weight)
{
	if (len == 1 && name[0] == '*')
		accepts->others = weight;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == len &&
		    ascii_ncasecmp(names[i].name, name, len) == 0)
			accepts->weights[names[i].coding] = weight;
}

void
accept_encoding_add(struct accept_encoding *accepts, const char *value)
{
	const char *at = value;

	for (;;) {
		int16_t weight = 1000;
		const char *name, *end;
		size_t len;

		at += strspn(at, " \t,");
		if (*at == '\0')
			return;
		name = at;
		len = strcspn(at, " \t,;");
		end = read_parameter(at + len, &weight);
		if (end != NULL && (*end == ',' || *end == '\0'))
			set_weight(accepts, name, len, weight);
		at += strcspn(at, ",");
	}
}

static int
weight_of(const struct accept_encoding *accepts, enum coding coding)
{
	const int named = accepts->weights[coding];

	return named >= 0 ? named : accepts->others;
}

enum coding
accept_encoding_best(const struct accept_encoding *accepts, unsigned offered)
{
	static const enum coding order[] = { CODING_BR, CODING_GZIP };
	enum coding best = CODING_IDENTITY;
	int most = weight_of(accepts, CODING_IDENTITY);

	/* Weight 0 is a refusal. */
	if (most < 1)
		most = 1;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const int weight = weight_of(accepts, order[i]);

		if ((offered & CODING_BIT(order[i])) == 0 || weight < most ||
		    (weight == most && best != CODING_IDENTITY))
			continue;
		best = order[i];
		most = weight;
	}
	return best;
}
