/*
 * Which rows are due when: a heap of rows, the earliest first.
 *
 * It knows no loop and reads no clock: the caller says what time it is.
 */
#ifndef TRANSPORTS_SCHEDULE_PLANNER_H
#define TRANSPORTS_SCHEDULE_PLANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transports/schedule/timing.h"

struct planner;
struct zone;

/* What is to be planned; timing and zone must outlive the planner. */
struct plan {
	const struct timing *timing;
	const struct zone *zone;
	uint32_t
	    jitter_s;  /* each run comes up to so much later; a day at most */
	bool catch_up; /* runs once for what a step of the clock passed */
};

/* Both clocks at one moment. */
struct planner_now {
	int64_t unix_ms, monotonic_ms;
};

/* Why a run is missed. */
enum planner_reason { PLANNER_CLOCK_WAS_SET, PLANNER_LATE };

struct planner_events {
	/* Row number row, in the order of planner_add(), was due at due_s. */
	void (*due)(void *arg, size_t row, int64_t due_s);

	/*
	 * It was due at due_s and does not run: the wall clock was set past
	 * that time, or the run before it came too late.  Told once for as many
	 * as one cause took; due_s is the first of them.
	 */
	void (*missed)(
	    void *arg, size_t row, int64_t due_s, enum planner_reason reason);
};

struct planner *planner_new(const struct planner_events *events, void *arg);
void planner_free(struct planner *planner);

void planner_add(struct planner *planner, const struct plan *plan);

/* Plans all rows: the first that is due at since_ms or later. */
void planner_start(
    struct planner *planner, int64_t since_ms, const struct planner_now *now);

/*
 * Tells of one row if one is due by now, and plans its next run.  A row that is
 * late comes once; what it missed is told before.  Returns whether there was
 * one; false as well after a step of the clock that planner_clock_was_set() has
 * not seen.
 */
bool planner_step(struct planner *planner, const struct planner_now *now);

/* When to step again, in milliseconds since 1970; INT64_MAX: never. */
int64_t planner_next_ms(const struct planner *planner);

/* What is due at until_ms or later is not for this planner any more. */
void planner_end(struct planner *planner, int64_t until_ms);

/* Delays no run any more. */
void planner_hurry(struct planner *planner);

/*
 * The wall clock was set, or the machine slept: plans anew.  Steps that sum up
 * to less than a second change nothing.  Returns by how many milliseconds it
 * was set.
 */
int64_t planner_clock_was_set(
    struct planner *planner, const struct planner_now *now);

/* The time of the next run of a row; INT64_MAX: never. */
int64_t planner_due_s(const struct planner *planner, size_t row);

#endif
