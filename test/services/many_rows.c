/*
 * Ten thousand heartbeats; GET / says how many ran, how late they were on
 * average, and the latest of each second.
 */
#include <inttypes.h>

#include <tomodachi.h>

#define SECONDS 60

static int64_t count, first;
static double latest[SECONDS], sum;

static int
beat(struct tomo_call *call)
{
	const int64_t due = tomo_schedule_time(call);
	const double late = tomo_unix_time() - (double)due;

	if (count++ == 0)
		first = due;
	sum += late;
	if (due - first < SECONDS && late > latest[due - first])
		latest[due - first] = late;
	return 0;
}

static int
look(struct tomo_call *call)
{
	const char *text = tomo_printf(call, "%" PRId64 " %.6f", count,
	    count > 0 ? sum / (double)count : 0);

	for (int i = 0; i < SECONDS && latest[i] > 0; i++)
		text = tomo_printf(call, "%s %.6f", text, latest[i]);
	return tomo_http_text(call, 200, text);
}

#define ONE TOMO_HEARTBEAT(beat),
#define TEN ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define THOUSAND \
	HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED \
	    HUNDRED HUNDRED
#define ALL \
	THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND \
	    THOUSAND THOUSAND THOUSAND

TOMO_SERVICE(.name = "many_rows",
    .handlers = TOMO_HANDLERS(ALL TOMO_HTTP("GET", "/", look)));
