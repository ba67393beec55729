/* The functions of http_cookie.h. */
#include <tomodachi/http.h>
#include <tomodachi/http_cookie.h>

#include <stdlib.h>
#include <string.h>

#include "runtime/base/ascii.h"
#include "runtime/base/buffer.h"
#include "runtime/service/call.h"
#include "runtime/service/rows.h"
#include "transports/http/cookie.h"
#include "transports/http/request.h"

const char *
tomo_http_cookie(struct tomo_call *call, const char *name)
{
	const struct http_request *request = request_of(call, __func__);

	if (request == NULL)
		return NULL;
	/* One header is the rule (RFC 6265 5.4); a proxy may have split it. */
	for (unsigned i = 0; i < request->head.nheaders; i++) {
		const struct header *header = &request->head.headers[i];
		const char *value;
		size_t len;

		if (ascii_casecmp(header->name, "Cookie") != 0)
			continue;
		value = cookie_find(header->value, name, &len);
		if (value != NULL)
			return arena_strndup(&call->arena, value, len);
	}
	return NULL;
}

/* The attributes as this runner knows them: theirs may be older or newer. */
static int
read_cookie(struct tomo_call *call, struct tomo_http_cookie *cookie,
    const struct tomo_http_cookie *theirs)
{
	const size_t known = sizeof(*cookie);

	*cookie = (struct tomo_http_cookie) { .size = known };
	if (theirs == NULL)
		return 0;
	if (theirs->size < sizeof(theirs->size) ||
	    (theirs->size > known &&
		!rows_tail_is_zero(theirs, known, theirs->size)))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_set_cookie: .size is wrong, or of a newer "
		    "runner");
	memcpy(cookie, theirs, theirs->size < known ? theirs->size : known);
	return 0;
}

int
tomo_http_set_cookie(struct tomo_call *call, const char *name,
    const char *value, const struct tomo_http_cookie *cookie)
{
	struct tomo_http_cookie ours;
	struct buffer text = { 0 };
	struct error err;
	int code;

	if (request_of(call, __func__) == NULL)
		return call_fail(
		    call, TOMO_EKIND, "%s: not an HTTP call", __func__);
	if (name == NULL || value == NULL)
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_set_cookie: no name, or no value");
	if (strlen(name) + strlen(value) > COOKIE_MAX)
		return call_fail(call, TOMO_ETOOBIG,
		    "tomo_http_set_cookie: name and value have more than %d "
		    "bytes",
		    COOKIE_MAX);
	code = read_cookie(call, &ours, cookie);
	if (code < 0)
		return code;
	if (cookie_write(&text, name, value, &ours, &err) < 0)
		return call_fail(
		    call, TOMO_EINVAL, "tomo_http_set_cookie: %s", err.text);
	buffer_add(&text, "", 1);
	code = tomo_http_add_header(call, "Set-Cookie", buffer_data(&text));
	buffer_clear(&text);
	return code;
}
