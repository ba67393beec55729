/* Ten thousand heartbeats; GET / says how many ran and how late they were. */
#include <inttypes.h>

#include <tomodachi.h>

static int64_t count;
static double latest, sum;

static int
beat(struct tomo_call *call)
{
	const double late = tomo_unix_time() - (double)tomo_schedule_time(call);

	count++;
	sum += late;
	if (late > latest)
		latest = late;
	return 0;
}

static int
look(struct tomo_call *call)
{
	return tomo_http_textf(call, 200, "%" PRId64 " %.6f %.6f\n", count,
	    latest, count > 0 ? sum / (double)count : 0);
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
