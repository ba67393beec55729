/*
 * Rows of all kinds.  Each run appends a line to the file that SCHEDULE_FILE
 * names: what ran, in which process, when it was due and when it began.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tomodachi.h>

static int
note(struct tomo_call *call, const char *what)
{
	const char *path = getenv("SCHEDULE_FILE");
	const char *line = tomo_printf(call, "%s %d %" PRId64 " %.6f\n", what,
	    (int)getpid(), tomo_schedule_time(call), tomo_unix_time());
	const int fd = open(path != NULL ? path : "/dev/null",
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	/* At once and whole, whoever else writes there. */
	dprintf(fd, "%s", line);
	close(fd);
	return 0;
}

static int
beat(struct tomo_call *call)
{
	return note(call, "beat");
}

static int
each(struct tomo_call *call)
{
	return note(call, "each");
}

static int
at_once(struct tomo_call *call)
{
	return note(call, "at_once");
}

static int
hourly(struct tomo_call *call)
{
	return note(call, "hourly");
}

static int
caught_up(struct tomo_call *call)
{
	return note(call, "caught_up");
}

static int
slow(struct tomo_call *call)
{
	note(call, "slow");
	return tomo_sleep(call, 2500);
}

static int
crowd(struct tomo_call *call)
{
	note(call, "crowd");
	return tomo_sleep(call, 3600000);
}

static int
fails(struct tomo_call *call)
{
	return tomo_fail(
	    call, TOMO_EPROTOCOL, "by %s", tomo_schedule_interval(call));
}

static int
long_run(struct tomo_call *call)
{
	note(call, "began");
	if (tomo_sleep(call, 1000) == 0)
		note(call, "ended");
	return 0;
}

static int
wrong(struct tomo_call *call)
{
	const int64_t due = tomo_schedule_time(call);
	const char *interval = tomo_schedule_interval(call);

	return tomo_http_textf(call, 200, "%" PRId64 " %s\n", due,
	    interval == NULL ? "null" : interval);
}

#define NEVER "0 0 1 1 * 2099"

TOMO_SERVICE(.name = "schedule",
    .handlers = TOMO_HANDLERS(TOMO_HEARTBEAT(beat),
	TOMO_HEARTBEAT(each, .every_worker = 1),
	TOMO_SCHEDULE(NEVER, at_once, .immediately = 1), TOMO_HOURLY(hourly),
	TOMO_HOURLY(caught_up, .catch_up = 1), TOMO_SCHEDULE("1s", slow),
	TOMO_SCHEDULE(
	    "1s", crowd, .overlap = TOMO_OVERLAP_ALLOW, .max_running = 2),
	TOMO_SCHEDULE(NEVER, fails, .immediately = 1),
	TOMO_SCHEDULE(NULL, each, .timestamp = "2001-09-09 01:46:40"),
	TOMO_SCHEDULE(NEVER, long_run, .immediately = 1),
	TOMO_HTTP("GET", "/wrong", wrong)));
