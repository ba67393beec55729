/* Two thousand runs at the start, of a millisecond each; GET / counts them. */
#include <inttypes.h>

#include <tomodachi.h>

static int64_t count;

static int
spin(struct tomo_call *call)
{
	const double end = tomo_unix_time() + 0.001;

	(void)call;
	while (tomo_unix_time() < end)
		;
	count++;
	return 0;
}

static int
look(struct tomo_call *call)
{
	return tomo_http_textf(call, 200, "%" PRId64 "\n", count);
}

#define ONE TOMO_DAILY(spin, .immediately = 1),
#define TEN ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define THOUSAND \
	HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED \
	    HUNDRED HUNDRED

TOMO_SERVICE(.name = "many_at_once",
    .handlers = TOMO_HANDLERS(THOUSAND THOUSAND TOMO_HTTP("GET", "/", look)));
