#include "transports/schedule/zone.h"

#include <stdlib.h>

#include "transports/schedule/calendar.h"

void
zone_free(struct zone *zone)
{
	if (zone == NULL)
		return;
	free(zone->changes);
	free(zone);
}

/* How many changes have come by then. */
static size_t
count_until(const struct zone *zone, int64_t unix_s)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (zone->changes[middle].at_s <= unix_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct zone_span
zone_at(const struct zone *zone, int64_t unix_s)
{
	const size_t n = count_until(zone, unix_s);
	struct zone_span span = { INT64_MIN, INT64_MAX, zone->first_offset_s };
	const int64_t last_s = zone->count > 0
	    ? zone->changes[zone->count - 1].at_s
	    : INT64_MIN;

	if (n == zone->count && zone->has_rule) {
		span = zone_rule_at(&zone->rule, unix_s);
		if (span.from_s < last_s)
			span.from_s = last_s;
		return span;
	}
	if (n > 0) {
		span.from_s = zone->changes[n - 1].at_s;
		span.offset_s = zone->changes[n - 1].offset_s;
	}
	if (n < zone->count)
		span.to_s = zone->changes[n].at_s;
	return span;
}

int64_t
zone_instant(const struct zone *zone, int64_t wall_s)
{
	struct zone_span span = zone_at(zone, wall_s - ZONE_OFFSET_MAX);

	while (span.to_s != INT64_MAX && wall_s >= span.to_s + span.offset_s) {
		span = zone_at(zone, span.to_s);
		if (wall_s < span.from_s + span.offset_s)
			return span.from_s;
	}
	return wall_s - span.offset_s;
}
