/* A service that speaks the language of its environment. */
#include <locale.h>

#include <tomodachi.h>

static int
speak(struct tomo_call *call)
{
	return setlocale(LC_ALL, "") != NULL
	    ? 0
	    : tomo_fail(call, TOMO_EINVAL, "there is no such locale");
}

static int
text(struct tomo_call *call)
{
	const struct tomo_http_cookie cookie = { .size = sizeof(cookie),
		.expires = 1700000000 };

	tomo_http_set_cookie(call, "a", "1", &cookie);
	return tomo_http_text(call, 200, "text");
}

static int
file(struct tomo_call *call)
{
	return tomo_http_send_file(call, "a.txt", NULL);
}

TOMO_SERVICE(.name = "locale", .init = speak,
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 5)),
    .handlers = TOMO_HANDLERS(
	TOMO_HTTP("GET", "/text", text), TOMO_HTTP("GET", "/file", file)));
