/*
 * A heartbeat that holds the loop: in every fourth second for SCHEDULE_HOLD
 * seconds, or a little longer than it is until the next.  Each run appends a
 * line to the file SCHEDULE_FILE.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tomodachi.h>

static int
busy(struct tomo_call *call)
{
	const int64_t due = tomo_schedule_time(call);
	const double began = tomo_unix_time();
	const char *line = tomo_printf(
	    call, "busy %d %" PRId64 " %.6f\n", (int)getpid(), due, began);
	const char *path = getenv("SCHEDULE_FILE");
	const char *hold = getenv("SCHEDULE_HOLD");
	const double until = began + (hold != NULL ? atof(hold) : 1.15);
	const int fd = open(path != NULL ? path : "/dev/null",
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	dprintf(fd, "%s", line);
	close(fd);
	while (due % 4 == 0 && tomo_unix_time() < until)
		;
	return 0;
}

TOMO_SERVICE(.name = "schedule_busy",
    .handlers = TOMO_HANDLERS(TOMO_HEARTBEAT(busy)));
