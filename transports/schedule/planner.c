#include "transports/schedule/planner.h"

#include <stdlib.h>

#include "runtime/base/alloc.h"
#include "transports/schedule/calendar.h"

#define NEVER INT64_MAX

/* A smaller step of the clock is one that its keeper makes now and then. */
#define STEP_MS 1000

/* Set back by less, a clock does not repeat what ran at a time of day. */
#define REPEAT_S (3 * 3600)

struct place {
	struct plan plan;
	int64_t due_s;   /* NEVER: no more */
	int64_t ring_ms; /* due_s, and the jitter */
	int64_t last_s;  /* the last run was due then; INT64_MIN: none */
	bool stands_in;  /* this run is for all that the clock was set past */
};

struct planner {
	const struct planner_events *events;
	void *arg;
	struct place *places; /* by row */
	size_t count;
	size_t *heap; /* rows */
	int64_t until_ms;
	struct planner_now seen; /* what steps of the clock are told from */
};

/* ---- heap ---- */

/* Of those due at one moment the first row comes first. */
static bool
comes_before(const struct planner *planner, size_t row, size_t other)
{
	const int64_t ring_ms = planner->places[row].ring_ms;
	const int64_t other_ms = planner->places[other].ring_ms;

	return ring_ms < other_ms || (ring_ms == other_ms && row < other);
}

static void
sift_down(struct planner *planner, size_t node)
{
	size_t *heap = planner->heap;
	const size_t row = heap[node];
	size_t child;

	while ((child = 2 * node + 1) < planner->count) {
		if (child + 1 < planner->count &&
		    comes_before(planner, heap[child + 1], heap[child]))
			child++;
		if (!comes_before(planner, heap[child], row))
			break;
		heap[node] = heap[child];
		node = child;
	}
	heap[node] = row;
}

static void
heapify(struct planner *planner)
{
	for (size_t node = planner->count / 2; node > 0; node--)
		sift_down(planner, node - 1);
}

/* ---- plans ---- */

/* Ends before the next time of the row, or runs would come in bursts. */
static int64_t
jitter_ms(const struct plan *plan, int64_t due_s)
{
	int64_t most_ms = (int64_t)plan->jitter_s * 1000 + 1, next_s;

	if (plan->jitter_s == 0)
		return 0;
	if (timing_next(plan->timing, plan->zone, due_s, &next_s) &&
	    (next_s - due_s) * 1000 < most_ms)
		most_ms = (next_s - due_s) * 1000;
	return arc4random_uniform((uint32_t)most_ms);
}

static void
set_due(const struct planner *planner, struct place *place, int64_t due_s)
{
	place->due_s = NEVER;
	place->ring_ms = NEVER;
	place->stands_in = false;
	if (due_s == NEVER || due_s * 1000 >= planner->until_ms)
		return;
	place->due_s = due_s;
	place->ring_ms = due_s * 1000 + jitter_ms(&place->plan, due_s);
}

static void
plan_after(const struct planner *planner, struct place *place, int64_t after_s)
{
	int64_t due_s;

	if (!timing_next(place->plan.timing, place->plan.zone, after_s, &due_s))
		due_s = NEVER;
	set_due(planner, place, due_s);
}

/*
 * Behind the run that comes now.  If it is late, those that were due meanwhile
 * are missed; what is due in this very second is in time.
 */
static void
plan_next(const struct planner *planner, size_t row, int64_t now_ms)
{
	struct place *place = &planner->places[row];
	const int64_t every_s = place->plan.timing->every_s;
	const int64_t due_s = place->due_s;
	/* The time, had it not been delayed. */
	const int64_t seen_s = due_s +
	    calendar_divide(now_ms - place->ring_ms, 1000);
	const bool stands_in = place->stands_in;

	plan_after(planner, place, due_s);
	if (place->due_s >= seen_s)
		return;
	if (!stands_in)
		planner->events->missed(
		    planner->arg, row, place->due_s, PLANNER_LATE);
	/* On from here, seconds in step. */
	plan_after(planner, place,
	    every_s > 0 ? due_s + (seen_s - 1 - due_s) / every_s * every_s
			: seen_s - 1);
}

/* ---- the clock ---- */

/* Of seconds nothing passes but time itself. */
static void
shift(const struct planner *planner, struct place *place, int64_t step_ms)
{
	const int64_t late_ms = place->ring_ms - place->due_s * 1000;

	set_due(planner, place,
	    place->due_s + calendar_divide(step_ms + 500, 1000));
	if (place->due_s != NEVER)
		place->ring_ms = place->due_s * 1000 + late_ms;
}

static void
plan_anew(struct planner *planner, size_t row, int64_t step_ms)
{
	struct place *place = &planner->places[row];
	const int64_t now_s = calendar_divide(planner->seen.unix_ms, 1000);
	const int64_t due_s = place->due_s;

	/* It was due before and after that, and is only late. */
	if (due_s * 1000 <= planner->seen.unix_ms - (step_ms > 0 ? step_ms : 0))
		return;
	/* What is due in this very second is in time. */
	if (due_s < now_s) {
		place->stands_in = place->plan.catch_up;
		if (place->stands_in)
			return;
		planner->events->missed(
		    planner->arg, row, due_s, PLANNER_CLOCK_WAS_SET);
	}
	plan_after(planner, place, now_s - 1);
	if (!timing_is_elapsed(place->plan.timing) &&
	    place->due_s <= place->last_s &&
	    place->last_s - place->due_s < REPEAT_S)
		plan_after(planner, place, place->last_s);
}

/* By how much the wall clock was set since planner->seen. */
static int64_t
step_of(const struct planner *planner, const struct planner_now *now)
{
	return now->unix_ms - planner->seen.unix_ms -
	    (now->monotonic_ms - planner->seen.monotonic_ms);
}

int64_t
planner_clock_was_set(struct planner *planner, const struct planner_now *now)
{
	const int64_t step_ms = step_of(planner, now);

	/* Of smaller steps the sum counts. */
	if (step_ms > -STEP_MS && step_ms < STEP_MS)
		return 0;
	planner->seen = *now;
	for (size_t row = 0; row < planner->count; row++) {
		struct place *place = &planner->places[row];
		if (place->due_s == NEVER)
			continue;
		if (place->plan.timing->every_s > 0)
			shift(planner, place, step_ms);
		else
			plan_anew(planner, row, step_ms);
	}
	heapify(planner);
	return step_ms;
}

/* ---- the rest ---- */

struct planner *
planner_new(const struct planner_events *events, void *arg)
{
	struct planner *planner = xcalloc(1, sizeof(*planner));

	planner->events = events;
	planner->arg = arg;
	planner->until_ms = NEVER;
	return planner;
}

void
planner_free(struct planner *planner)
{
	if (planner == NULL)
		return;
	free(planner->places);
	free(planner->heap);
	free(planner);
}

void
planner_add(struct planner *planner, const struct plan *plan)
{
	const size_t row = planner->count++;

	/* Powers of two, so that ten thousand rows are not copied each time. */
	if ((row & (row - 1)) == 0) {
		const size_t room = row == 0 ? 1 : 2 * row;
		planner->places = xrealloc(
		    planner->places, room * sizeof(*planner->places));
		planner->heap = xrealloc(
		    planner->heap, room * sizeof(*planner->heap));
	}
	planner->places[row] = (struct place) { .plan = *plan,
		.due_s = NEVER,
		.ring_ms = NEVER,
		.last_s = INT64_MIN };
	planner->heap[row] = row;
}

void
planner_start(
    struct planner *planner, int64_t since_ms, const struct planner_now *now)
{
	planner->seen = *now;
	/* If since_ms is a whole second, that one is ours as well. */
	for (size_t row = 0; row < planner->count; row++)
		plan_after(planner, &planner->places[row],
		    calendar_divide(since_ms - 1, 1000));
	heapify(planner);
}

int64_t
planner_next_ms(const struct planner *planner)
{
	return planner->count > 0 ? planner->places[planner->heap[0]].ring_ms
				  : NEVER;
}

bool
planner_step(struct planner *planner, const struct planner_now *now)
{
	const int64_t step_ms = step_of(planner, now);
	struct place *place;
	size_t row;
	int64_t due_s;

	/* Whoever looks at the clock comes first. */
	if (step_ms <= -STEP_MS || step_ms >= STEP_MS ||
	    planner_next_ms(planner) > now->unix_ms)
		return false;
	row = planner->heap[0];
	place = &planner->places[row];
	due_s = place->due_s;
	place->last_s = due_s;
	plan_next(planner, row, now->unix_ms);
	sift_down(planner, 0);
	planner->events->due(planner->arg, row, due_s);
	return true;
}

void
planner_end(struct planner *planner, int64_t until_ms)
{
	planner->until_ms = until_ms;
	for (size_t row = 0; row < planner->count; row++) {
		struct place *place = &planner->places[row];
		if (place->due_s == NEVER || place->due_s * 1000 < until_ms)
			continue;
		place->due_s = NEVER;
		place->ring_ms = NEVER;
	}
	heapify(planner);
}

void
planner_hurry(struct planner *planner)
{
	for (size_t row = 0; row < planner->count; row++) {
		struct place *place = &planner->places[row];
		place->plan.jitter_s = 0;
		if (place->due_s != NEVER)
			place->ring_ms = place->due_s * 1000;
	}
	heapify(planner);
}

int64_t
planner_due_s(const struct planner *planner, size_t row)
{
	return planner->places[row].due_s;
}
