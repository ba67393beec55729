/* The rows for error statuses, of the profiles errs and mw. */
#include "test/services/conformance/answer.h"
#include "test/services/conformance/rows.h"

int
on_404(struct tomo_call *call)
{
	return plain(call, 404, "{\"error\": \"not found\"}");
}

int
on_405(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-Err", "405");
	return tomo_http_textf(call, 405, "e405 %d", tomo_http_status(call));
}

int
on_409(struct tomo_call *call)
{
	return tomo_fail(call, TOMO_EINVAL, "the error handler fails too");
}

int
on_410(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "gone-as-200");
}

int
on_413(struct tomo_call *call)
{
	return plain(call, 413, "e413");
}

int
on_500(struct tomo_call *call)
{
	return plain(call, 500, "e500");
}
