/* Any bytes as a zone file: refused, or spans that follow each other. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "transports/schedule/timing.h"
#include "transports/schedule/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
walk(const struct zone *zone)
{
	struct zone_span span = zone_at(zone, INT64_C(-4000000000));

	for (int i = 0; i < 300 && span.to_s < INT64_C(1) << 40; i++) {
		const struct zone_span next = zone_at(zone, span.to_s);
		if (next.from_s > span.to_s || next.to_s <= span.to_s)
			abort();
		span = next;
	}
}

static void
follow(const struct zone *zone, const char *interval)
{
	int64_t at_s = INT64_C(1774741830), next_s;
	struct timing timing;
	struct error err;

	if (timing_parse_interval(&timing, interval, &err) < 0)
		abort();
	for (int i = 0; i < 4; i++) {
		if (!timing_next(&timing, zone, at_s, &next_s))
			return;
		if (next_s <= at_s)
			abort();
		at_s = next_s;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = { "" };
	struct zone *zone = zone_parse(data, size, &err);

	if ((zone == NULL) != (err.text[0] != '\0'))
		abort();
	if (zone != NULL) {
		walk(zone);
		follow(zone, "30 2 * * *");
		follow(zone, "15 * * * *");
		zone_free(zone);
	}
	return 0;
}
