/*
 * A time zone: which offset from UTC holds when.
 *
 * The C library's own zones belong to the whole process, so the system's files
 * (RFC 8536) are read here.  A zone never changes once it is made.
 */
#ifndef TRANSPORTS_SCHEDULE_ZONE_H
#define TRANSPORTS_SCHEDULE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/error.h"
#include "transports/schedule/zone_rule.h"

/* No offset is larger; POSIX allows a day and an hour. */
#define ZONE_OFFSET_MAX (26 * 3600)

struct zone_change {
	int64_t at_s; /* since 1970, UTC */
	int32_t offset_s;
};

struct zone {
	struct zone_change *changes; /* in order of time */
	size_t count;
	int32_t first_offset_s; /* before all changes */
	bool has_rule;          /* for what comes after them */
	struct zone_rule rule;
};

/* A time during which the offset stays; from INT64_MIN, up to INT64_MAX. */
struct zone_span {
	int64_t from_s, to_s; /* to_s is the first second after it */
	int32_t offset_s;     /* wall clock minus UTC */
};

/*
 * Finds a zone by its name in the IANA database, in any case; by an offset such
 * as "+02:00" or "GMT-5", which is the wall clock's lead over UTC; NULL or "" is
 * the local zone (TZ, else /etc/localtime, else UTC).  Blocks on small files.
 * Returns NULL with a line that names the zone.
 */
struct zone *zone_open(const char *name, struct error *err);
void zone_free(struct zone *zone);

/* Reads the bytes of a zone file; NULL with the reason. */
struct zone *zone_parse(const void *data, size_t size, struct error *err);

/* What holds at that time. */
struct zone_span zone_at(const struct zone *zone, int64_t unix_s);

/*
 * When a wall clock first shows that time, or, where it never does, the first
 * second after it has jumped over it.
 */
int64_t zone_instant(const struct zone *zone, int64_t wall_s);

#endif
