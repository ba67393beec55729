/*
 * Urlencoded forms: pairs lie within the text, one behind the other, and decode
 * to no more than they were, in place as elsewhere.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "transports/http/uri.h"

static void
decode(const char *text, size_t len, bool plus)
{
	char *out = malloc(len + 1), *same = malloc(len + 1);
	const size_t got = uri_decode(text, len, out, plus);

	memcpy(same, text, len);
	if (got > len || out[got] != '\0' ||
	    uri_decode(same, len, same, plus) != got ||
	    memcmp(out, same, got) != 0)
		abort();
	/* In a form a NUL is never decoded. */
	if (plus && memchr(text, '\0', len) == NULL && strlen(out) != got)
		abort();
	free(out);
	free(same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size);
	const char *at = text, *end = text + size, *last = text;
	struct uri_pair pair;

	memcpy(text, data, size);
	while (uri_next_pair(&at, end, &pair)) {
		if (pair.name < last ||
		    pair.value < pair.name + pair.name_len ||
		    pair.value + pair.value_len > at || at > end)
			abort();
		last = at;
		decode(pair.name, pair.name_len, true);
		decode(pair.value, pair.value_len, false);
	}
	if (at != end)
		abort();
	free(text);
	return 0;
}
