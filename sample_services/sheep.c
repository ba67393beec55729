/*
 * Counts sheep.  Each POST falls asleep for up to a second, and the others are
 * served meanwhile: the handler waits, the worker does not.
 */
#include <stdlib.h>

#include <tomodachi.h>

static unsigned long asleep, counted;

static int
count_sheep(struct tomo_call *call)
{
	int code;

	asleep++;
	code = tomo_sleep(call, rand() % 1000);
	asleep--;
	if (code < 0)
		return code;
	return tomo_http_textf(call, 200, "sheep %lu\n", ++counted);
}

static int
look(struct tomo_call *call)
{
	return tomo_http_textf(
	    call, 200, "%lu counted, %lu asleep\n", counted, asleep);
}

TOMO_SERVICE(.name = "sheep",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.port", 4711),
	TOMO_OPTION_INT("http.keepalive_timeout", 10)),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("POST", "/sheep", count_sheep),
	TOMO_HTTP("GET", "/sheep", look)));
