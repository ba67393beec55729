/*
 * The values of Accept-Encoding: weights are within their bounds, what is
 * chosen was offered and not refused, and a header cut in two at a comma says
 * the same; nothing is read past its end.
 *
 * Input: the text.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "transports/http/accept_encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_weight(int weight)
{
	if (weight < -1 || weight > 1000)
		abort();
}

static void
check_choices(const struct accept_encoding *accepts)
{
	check_weight(accepts->others);
	for (unsigned i = 0; i < CODINGS; i++)
		check_weight(accepts->weights[i]);
	for (unsigned offered = 0; offered < 1u << CODINGS; offered++) {
		const enum coding best = accept_encoding_best(accepts, offered);

		if (best != CODING_IDENTITY &&
		    ((offered & CODING_BIT(best)) == 0 ||
			accepts->weights[best] == 0 ||
			(accepts->weights[best] < 0 && accepts->others <= 0)))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of exactly its size, so that an over-read is seen. */
	char *text = xstrndup((const char *)data, size), *comma;
	struct accept_encoding whole, cut;

	accept_encoding_init(&whole);
	accept_encoding_add(&whole, text);
	check_choices(&whole);
	accept_encoding_init(&cut);
	comma = strchr(text, ',');
	if (comma != NULL)
		*comma = '\0';
	accept_encoding_add(&cut, text);
	if (comma != NULL)
		accept_encoding_add(&cut, comma + 1);
	if (memcmp(&whole, &cut, sizeof(whole)) != 0)
		abort();
	free(text);
	return 0;
}
