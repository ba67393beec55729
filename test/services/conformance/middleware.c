/* What goes around the handlers in the profile mw, outermost first. */
#include <stdbool.h>
#include <string.h>

#include "test/services/conformance/answer.h"
#include "test/services/conformance/rows.h"

static bool
asks(const struct tomo_call *call, const char *header, const char *value)
{
	const char *sent = tomo_http_header(call, header);

	return sent != NULL && (value == NULL || strcmp(sent, value) == 0);
}

static void
trace(struct tomo_call *call, const char *name)
{
	const char *before = tomo_get(call, "trace");

	tomo_set(call, "trace",
	    before != NULL ? tomo_printf(call, "%s,%s", before, name)
			   : tomo_strdup(call, name),
	    NULL);
}

/* Wraps a plain answer; anything else is passed through.  Returns code. */
static int
wrap(struct tomo_call *call, int code, const char *name)
{
	const char *text_inside = plain_text(call);

	if (text_inside == NULL)
		return code;
	if (plain(call, tomo_http_status(call),
		tomo_printf(call, "%s(%s)", name, text_inside)) < 0)
		return TOMO_EINVAL;
	return code; /* what failed inside is still a failure out here */
}

int
outer(struct tomo_call *call)
{
	const char *text_inside;
	int code;

	trace(call, "a");
	code = tomo_next(call);
	text_inside = plain_text(call);
	if (text_inside == NULL)
		return code;
	tomo_http_set_header(call, "X-MW-A", "1");
	return plain(call, 200,
	    tomo_printf(call, "a(%s)[%s]", text_inside,
		(const char *)tomo_get(call, "trace")));
}

int
middle(struct tomo_call *call)
{
	int code;

	trace(call, "b");
	if (asks(call, "X-Short", "b")) {
		tomo_http_set_header(call, "X-MW-B", "short");
		return tomo_http_text(call, 299, "short-b");
	}
	if (asks(call, "X-Raise", "b"))
		return raised(call, 403, "Forbidden");
	tomo_set(call, "injected",
	    (void *)(size_t)tomo_http_header(call, "X-Inject"), NULL);
	code = tomo_next(call);
	if (asks(call, "X-Inject", NULL))
		return code;
	if (code < 0 && asks(call, "X-Catch", "b"))
		return plain(call, 200, "caught:ValueError");
	return wrap(call, code, "b");
}

int
inner(struct tomo_call *call)
{
	trace(call, "c");
	return wrap(call, tomo_next(call), "c");
}
