/*
 * Scheduled functions: rows that run by the clock.
 *
 * With several workers a row runs in one of them only, and at a reload each run
 * belongs to one generation only: both are told, 200 ms ahead, from when on runs
 * are the new one's.  The old one's runs go on, and do not count as an overlap.
 */
#ifndef TOMODACHI_SCHEDULE_H
#define TOMODACHI_SCHEDULE_H

#include <tomodachi/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What happens to a run while an earlier one of the row goes on. */
#define TOMO_OVERLAP_SKIP 0u  /* it is left out, and logged */
#define TOMO_OVERLAP_ALLOW 1u /* it starts, up to max_running of them */

/* TOMO_SCHEDULE: a function that runs by the clock. */
struct tomo_schedule_spec {
	size_t size;
	/*
	 * "minute hour day month weekday [year]" as in cron; "every 5 seconds";
	 * or a name such as "hourly", "@daily", "every monday".
	 */
	const char *interval;
	tomo_fn *fn;
	const char *function;
	/* Instead of interval: "2026-12-24 18:00[:00]" once, "18:00[:00]" daily. */
	const char *timestamp;
	const char *timezone;    /* "Europe/Stockholm", "+02:00"; NULL: local */
	uint32_t immediately;    /* 1: runs as soon as the service is open, too */
	uint32_t overlap;        /* TOMO_OVERLAP_* */
	uint32_t max_running;    /* of TOMO_OVERLAP_ALLOW; 0: 20 */
	uint32_t catch_up;       /* 1: one run for those a clock's step passed */
	uint32_t jitter_seconds; /* each run begins up to so much later */
	uint32_t every_worker;   /* 1: runs in each worker */
	uint64_t reserved;
};

/*
 * When this run was due, in seconds since 1970; it may have begun later.  0 in
 * a call of another kind.  Since ABI 1.
 */
TOMO_API int64_t tomo_schedule_time(const struct tomo_call *call);

/*
 * The interval of the row as it was written, or its timestamp; NULL in a call
 * of another kind.  Borrowed, as long as the worker lives.  Since ABI 1.
 */
TOMO_API const char *tomo_schedule_interval(const struct tomo_call *call);

#ifdef __cplusplus
}

namespace tomo {

constexpr tomo_schedule_spec
schedule(const char *interval, tomo_fn *fn, const char *function)
{
	tomo_schedule_spec spec {};

	spec.size = sizeof(spec);
	spec.interval = interval;
	spec.fn = fn;
	spec.function = function;
	return spec;
}

constexpr tomo_schedule_spec
heartbeat(tomo_fn *fn, const char *function)
{
	return schedule("every second", fn, function);
}

constexpr tomo_schedule_spec
minutely(tomo_fn *fn, const char *function)
{
	return schedule("@minutely", fn, function);
}

constexpr tomo_schedule_spec
hourly(tomo_fn *fn, const char *function)
{
	return schedule("@hourly", fn, function);
}

constexpr tomo_schedule_spec
daily(tomo_fn *fn, const char *function)
{
	return schedule("@daily", fn, function);
}

constexpr tomo_schedule_spec
monthly(tomo_fn *fn, const char *function)
{
	return schedule("@monthly", fn, function);
}

/* The spec must be a constant of static storage: rows point to it. */
constexpr tomo_handler
row(const tomo_schedule_spec &spec)
{
	return { TOMO_KIND_SCHEDULE, &spec };
}

}
#else

/* TOMO_SCHEDULE("0 12 * * mon-fri", fn, .timezone = "Europe/Stockholm") */
#define TOMO_SCHEDULE(...) TOMO_SCHEDULE_(__VA_ARGS__, .reserved = 0)
#define TOMO_SCHEDULE_(i, f, ...) \
	{ .kind = TOMO_KIND_SCHEDULE, \
	  .spec = &(const struct tomo_schedule_spec) { \
		.size = sizeof(struct tomo_schedule_spec), \
		.interval = (i), .fn = (f), .function = #f, __VA_ARGS__ } }

#define TOMO_HEARTBEAT(...) \
	TOMO_SCHEDULE_("every second", __VA_ARGS__, .reserved = 0)
#define TOMO_MINUTELY(...) \
	TOMO_SCHEDULE_("@minutely", __VA_ARGS__, .reserved = 0)
#define TOMO_HOURLY(...) \
	TOMO_SCHEDULE_("@hourly", __VA_ARGS__, .reserved = 0)
#define TOMO_DAILY(...) \
	TOMO_SCHEDULE_("@daily", __VA_ARGS__, .reserved = 0)
#define TOMO_MONTHLY(...) \
	TOMO_SCHEDULE_("@monthly", __VA_ARGS__, .reserved = 0)

#endif
#endif
