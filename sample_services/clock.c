/*
 * Runs by the clock: every second, every minute, and at one time of day in a
 * city.  GET / says what ran last.
 */
#include <inttypes.h>

#include <tomodachi.h>

static int64_t beats, last_beat, last_minute;

static int
beat(struct tomo_call *call)
{
	beats++;
	last_beat = tomo_schedule_time(call);
	return 0;
}

static int
chime(struct tomo_call *call)
{
	last_minute = tomo_schedule_time(call);
	tomo_log_info(call, "another minute is over: %" PRId64 " beats", beats);
	return 0;
}

/* It may wait: nothing else does.  A run that is still on skips the next. */
static int
report(struct tomo_call *call)
{
	const int code = tomo_sleep(call, 2000);

	if (code < 0)
		return code;
	tomo_log_info(call, "ran by \"%s\"", tomo_schedule_interval(call));
	return 0;
}

static int
look(struct tomo_call *call)
{
	return tomo_http_textf(call, 200,
	    "%" PRId64 " beats\nlast beat %" PRId64 "\nlast minute %" PRId64
	    "\n",
	    beats, last_beat, last_minute);
}

TOMO_SERVICE(.name = "clock",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.port", 4711)),
    .handlers = TOMO_HANDLERS(TOMO_HEARTBEAT(beat), TOMO_MINUTELY(chime),
	TOMO_SCHEDULE(
	    "0 9 * * mon-fri", report, .timezone = "Europe/Stockholm"),
	TOMO_SCHEDULE(NULL, report, .timestamp = "18:00:30",
	    .timezone = "America/New_York", .jitter_seconds = 10),
	TOMO_HTTP("GET", "/", look)));
