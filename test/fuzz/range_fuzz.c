/*
 * The values of Range, If-None-Match and If-Modified-Since: ranges lie within
 * the whole and are together no longer than it; nothing is read past its end.
 *
 * Input: the length of the whole, 1 byte (shifted left by half its low bits),
 * then the text.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "runtime/base/alloc.h"
#include "transports/http/conditions.h"
#include "transports/http/date.h"
#include "transports/http/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_ranges(const char *text, uint64_t whole)
{
	struct range ranges[RANGE_MAX];
	const int count = range_read(text, whole, ranges);
	uint64_t sum = 0;

	if (count < -1 || count > RANGE_MAX || (whole == 0 && count != 0))
		abort();
	for (int i = 0; i < count; i++) {
		if (ranges[i].size == 0 || ranges[i].start >= whole ||
		    ranges[i].size > whole - ranges[i].start)
			abort();
		sum += ranges[i].size;
	}
	if (sum > whole)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t seconds;
	char *text;

	if (size == 0)
		return 0;
	/* Of exactly its size, so that an over-read is seen. */
	text = xstrndup((const char *)data + 1, size - 1);
	check_ranges(text, (uint64_t)data[0] << (data[0] % 32 / 2));
	/* What a weak comparison refuses, a strong one does not grant. */
	if (conditions_list_has(text, "\"a-1\"", false) &&
	    !conditions_list_has(text, "\"a-1\"", true))
		abort();
	date_read(text, 1790000000, &seconds);
	free(text);
	return 0;
}
