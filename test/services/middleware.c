/* Middleware of each sort, told what to do by the query and seen by headers. */
#include <stdlib.h>
#include <string.h>

#include <tomodachi.h>

/* Values that were released; the answer to /released. */
static int released;

static bool
asks(struct tomo_call *call, const char *what)
{
	const char *value = tomo_http_query(call, "do");

	return value != NULL && strcmp(value, what) == 0;
}

static void
release(void *value)
{
	released++;
	free(value);
}

/* What an access log of the service's own would see. */
static int
observe(struct tomo_call *call)
{
	int code;

	tomo_http_set_header(call, "X-Before", "observe");
	code = tomo_next(call);
	tomo_http_set_header(call, "X-Code", tomo_printf(call, "%d", code));
	tomo_http_set_header(
	    call, "X-Seen", tomo_printf(call, "%d", tomo_http_status(call)));
	if (code < 0)
		tomo_http_set_header(call, "X-Error", tomo_error(call));
	tomo_log_info(call, "observed %s %d", tomo_http_path(call),
	    tomo_http_status(call));
	return code;
}

/* Sets the user, or answers or fails as it was asked to. */
static int
find_user(struct tomo_call *call)
{
	char *user;

	tomo_http_set_header(call, "X-Guard", "here");
	if (asks(call, "short"))
		return tomo_http_text(call, 202, "short");
	if (asks(call, "refuse"))
		return tomo_http_fail(call, 401);
	if (asks(call, "nothing"))
		return 0;
	if (asks(call, "break"))
		return tomo_fail(call, TOMO_EUNAVAILABLE, "no users");
	user = strdup("ada");
	if (user == NULL || tomo_set(call, "user", user, release) < 0)
		return TOMO_ENOMEM;
	return 0;
}

static int
authenticate(struct tomo_call *call)
{
	int code = find_user(call);

	if (code < 0 || tomo_get(call, "user") == NULL)
		return code;
	return tomo_next(call);
}

static int
mend(struct tomo_call *call)
{
	int code;

	if (asks(call, "wait"))
		tomo_sleep(call, 10);
	code = tomo_next(call);
	if (asks(call, "wait"))
		tomo_sleep(call, 10);
	if (asks(call, "twice"))
		return tomo_next(call);
	if (asks(call, "mend") && code < 0)
		return tomo_http_textf(
		    call, 200, "mended: %s", tomo_error(call));
	/* Answers otherwise, yet hands the failure on. */
	if (asks(call, "raise") && code < 0)
		tomo_http_fail(call, 404);
	if (asks(call, "replace"))
		return tomo_http_fail(call, 409);
	if (asks(call, "spoil"))
		return tomo_fail(call, TOMO_EREJECT, "spoilt");
	return code;
}

/* ---- handlers ---- */

static int
hello(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-Handler", "hello");
	return tomo_http_textf(
	    call, 200, "hello %s", (char *)tomo_get(call, "user"));
}

static int
failing(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-Handler", "failing");
	return tomo_fail(call, TOMO_EUNAVAILABLE, "no database");
}

static int
conflict(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-Handler", "conflict");
	return tomo_http_fail(call, 409);
}

static int
silent(struct tomo_call *call)
{
	return tomo_next(call) == TOMO_EINVAL ? 0 : 1;
}

static int
released_so_far(struct tomo_call *call)
{
	return tomo_http_textf(call, 200, "%d", released);
}

static int
redirect(struct tomo_call *call)
{
	const char *status = tomo_http_query(call, "status");
	const char *to = tomo_http_query(call, "to");

	if (tomo_http_redirect(call, atoi(status), to) < 0)
		return tomo_http_text(call, 500, tomo_error(call));
	return 0;
}

/* Error rows fail at something themselves: the cause is told all the same. */
static int
sorry(struct tomo_call *call)
{
	char *cause = tomo_strdup(call, tomo_error(call));

	tomo_http_set_header(call, "X-Row", "500");
	tomo_http_fail(call, 7);
	return tomo_http_textf(call, 503, "sorry: %s", cause);
}

static int
lost(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-Row", "404");
	return tomo_http_textf(call, tomo_http_status(call), "lost %s",
	    (char *)tomo_get(call, "user"));
}

TOMO_SERVICE(.name = "middleware",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 5),
	TOMO_OPTION_INT("http.client_max_size", 1024)),
    .http_middleware = TOMO_MIDDLEWARE(observe, authenticate, mend),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/hello", hello),
	TOMO_HTTP("POST", "/post", hello), TOMO_HTTP("GET", "/fail", failing),
	TOMO_HTTP("GET", "/conflict", conflict),
	TOMO_HTTP("GET", "/silent", silent),
	TOMO_HTTP("GET", "/redirect", redirect),
	TOMO_HTTP("GET", "/released", released_so_far),
	TOMO_HTTP_ERROR(404, lost), TOMO_HTTP_ERROR(500, sorry)));
