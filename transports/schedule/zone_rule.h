/*
 * The rule by which a zone changes its offset each year, in the notation of
 * POSIX: "CET-1CEST,M3.5.0,M10.5.0/3", with the extensions of RFC 8536.
 */
#ifndef TRANSPORTS_SCHEDULE_ZONE_RULE_H
#define TRANSPORTS_SCHEDULE_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct zone_span;

enum zone_day_kind {
	ZONE_MONTH_WEEKDAY, /* "M3.5.0" */
	ZONE_JULIAN,        /* "J60": never counts 29 February */
	ZONE_DAY_OF_YEAR    /* "59": from 0, counts it */
};

/* A moment of each year by the clock that holds before it. */
struct zone_day {
	enum zone_day_kind kind;
	int month, week, weekday;
	int day;
	int32_t time_s;
};

struct zone_rule {
	int32_t offset_s; /* wall clock minus UTC, in standard time */
	bool has_summer;
	int32_t summer_offset_s;
	struct zone_day summer, standard; /* when each begins */
};

/* Returns whether text is such a rule, all of it. */
bool zone_rule_parse(struct zone_rule *rule, const char *text);

struct zone_span zone_rule_at(const struct zone_rule *rule, int64_t unix_s);

#endif
