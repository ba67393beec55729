/* Runs that are missed: a few are told by name, many are counted. */
#ifndef TRANSPORTS_SCHEDULE_MISSES_H
#define TRANSPORTS_SCHEDULE_MISSES_H

#include <stdbool.h>
#include <stdint.h>

#include "transports/schedule/planner.h"

struct schedule_row;
struct service;

/* Zeroed, there are none. */
struct misses {
	uint64_t count;   /* since the rows were in time */
	int64_t since_ms; /* of clock_ms(): the first of them */
};

/* Tells of one, unless it is one of many. */
void misses_add(struct misses *misses, const struct schedule_row *row,
    int64_t due_s, enum planner_reason reason);

/*
 * At the end of each turn: tells how many there were that were not named, once
 * the rows are in time again, and every ten seconds until then.
 */
void misses_settle(
    struct misses *misses, const struct service *service, bool in_time);

#endif
