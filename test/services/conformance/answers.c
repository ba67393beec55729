/* Routes that look at the answer: statuses, types, headers, failures. */
#include <stdlib.h>
#include <string.h>

#include "test/services/conformance/answer.h"
#include "test/services/conformance/rows.h"

static int
bytes_of(struct tomo_call *call, int status, const char *text, const char *type)
{
	return tomo_http_bytes(
	    call, status, (struct tomo_bytes) { text, strlen(text) }, type);
}

int
hello(struct tomo_call *call)
{
	return plain(call, 200, "hello");
}

int
text(struct tomo_call *call)
{
	return plain(call, 200, "text");
}

int
sync_text(struct tomo_call *call)
{
	return plain(call, 200, "sync");
}

int
empty(struct tomo_call *call)
{
	return plain(call, 200, "");
}

int
none(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "");
}

int
unicode(struct tomo_call *call)
{
	return plain(call, 200, "smörgåsbord ☃ 𝄞");
}

int
latin(struct tomo_call *call)
{
	return plain(call, 200, "åäö");
}

int
bytes(struct tomo_call *call)
{
	return tomo_http_bytes(
	    call, 200, (struct tomo_bytes) { "\0\1\377 bytes", 9 }, NULL);
}

int
tuple2(struct tomo_call *call)
{
	return tomo_http_text(call, 201, "created");
}

int
tuple3(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-A", "1");
	return bytes_of(call, 202, "accepted", "text/csv");
}

int
list3(struct tomo_call *call)
{
	tomo_http_add_header(call, "Set-Cookie", "a=1");
	tomo_http_add_header(call, "Set-Cookie", "b=2");
	tomo_http_set_header(call, "X-A", "1");
	return tomo_http_text(call, 200, "two cookies");
}

int
dict(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-B", "2");
	return tomo_http_text(call, 203, "dict");
}

int
dict_str_status(struct tomo_call *call)
{
	return tomo_http_text(call, 404, "nf");
}

int
response(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-C", "3");
	return bytes_of(call, 200, "{\"a\": 1}", "application/json");
}

int
response_reason(struct tomo_call *call)
{
	tomo_http_set_reason(call, "Short And Stout");
	return tomo_http_text(call, 418, "tea");
}

int
response_charset(struct tomo_call *call)
{
	return bytes_of(
	    call, 200, "\345\344\366", "text/plain; charset=iso-8859-1");
}

int
response_type(struct tomo_call *call)
{
	return bytes_of(
	    call, 200, "\345\344\366", "text/html; charset=iso-8859-1");
}

int
response_no_charset(struct tomo_call *call)
{
	return bytes_of(call, 200, "åäö", "application/xml");
}

int
response_bad_charset(struct tomo_call *call)
{
	if (has_error_rows(call))
		return tomo_http_fail(call, 500);
	return tomo_http_text(call, 500, "Internal Server Error");
}

int
webresponse(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-W", "1");
	return bytes_of(call, 207, "web", "text/plain; charset=utf-8");
}

int
override_headers(struct tomo_call *call)
{
	/* These three are the runner's: refused. */
	tomo_http_set_header(call, "Server", "mine");
	tomo_http_set_header(call, "Connection", "close");
	tomo_http_set_header(call, "Date", "now");
	tomo_http_set_header(call, "X-Powered-By", "x");
	return tomo_http_text(call, 200, "o");
}

int
status(struct tomo_call *call)
{
	const char *code = tomo_http_param(call, "code");

	return tomo_http_textf(call, atoi(code), "status %s", code);
}

int
raise_http(struct tomo_call *call)
{
	static const int known[] = { 400, 401, 403, 404, 409, 410, 429, 500,
		503 };
	int code = atoi(tomo_http_param(call, "code"));

	if (code == 302) {
		tomo_http_set_header(call, "Location", "/elsewhere");
		return raised(call, 302, "Found");
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i] == code)
			return tomo_http_fail(call, code);
	return tomo_fail(call, TOMO_EINVAL, "no such status");
}

int
raise_text(struct tomo_call *call)
{
	return raised(call, 400, "My Reason");
}

int
raise_value(struct tomo_call *call)
{
	return tomo_fail(call, TOMO_EINVAL, "boom");
}

int
quiet(struct tomo_call *call)
{
	return plain(call, 200, "quiet");
}

int
quiet200(struct tomo_call *call)
{
	const char *s = tomo_http_query(call, "s");

	if (s != NULL && strcmp(s, "1") == 0)
		return tomo_http_text(call, 404, "q404");
	return plain(call, 200, "q200");
}

int
headonly(struct tomo_call *call)
{
	tomo_http_set_header(call, "X-H", "1");
	return tomo_http_text(call, 200, "headonly");
}

int
options(struct tomo_call *call)
{
	tomo_http_set_header(call, "Allow", "GET, OPTIONS");
	return tomo_http_text(call, 204, "");
}

int
big(struct tomo_call *call)
{
	size_t size = strtoul(tomo_http_param(call, "n"), NULL, 10);
	char *body = tomo_alloc(call, size + 1);

	if (body == NULL)
		return TOMO_ENOMEM;
	memset(body, 'x', size);
	body[size] = '\0';
	return plain(call, 200, body);
}

int
snooze(struct tomo_call *call)
{
	const char *ms = tomo_http_param(call, "ms");
	int code = tomo_sleep(call, atoi(ms));

	return code < 0 ? code
			: plain(call, 200, tomo_printf(call, "slept %s", ms));
}

int
leave(struct tomo_call *call)
{
	const char *code = tomo_http_param(call, "code");

	tomo_exit(call, atoi(code));
	return plain(call, 200, tomo_printf(call, "exiting %s", code));
}
