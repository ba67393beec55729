#include "cmd/stand_in.h"

#include <tomodachi/http.h>

static int
answer(struct tomo_call *call)
{
	tomo_http_set_header(call, "Retry-After", "1");
	return tomo_http_textf(call, 503, "%s\n", (char *)tomo_state(call));
}

/*
 * The options are those of the crashed service: it is in no good health, and
 * nobody is to be served on by what stands in for it.
 */
static int
init(struct tomo_call *call)
{
	const int code = tomo_option_set(call, "http.health_path", "null");

	if (code < 0)
		return code;
	return tomo_option_set(call, "http.shutdown_delay_seconds", "0");
}

const struct tomo_service stand_in_service = {
	.size = (uint32_t)sizeof(struct tomo_service),
	.abi = TOMO_ABI,
	.name = "stand-in",
	.handlers = TOMO_HANDLERS(TOMO_HTTP("*", "(?s).*", answer)),
	.init = init,
};
