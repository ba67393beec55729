#include "transports/http/redirect.h"

#include <stdbool.h>
#include <string.h>

#include <tomodachi/http.h>

#include "runtime/service/call.h"
#include "transports/http/answer.h"
#include "transports/http/request.h"

static bool
is_control(unsigned char byte)
{
	return byte < ' ' || byte == 0x7f;
}

static bool
is_hex(char digit)
{
	return digit != '\0' && strchr("0123456789abcdefABCDEF", digit) != NULL;
}

/*
 * Browsers read a backslash as a slash, so that "/\host" would lead to another
 * site; encoded it is part of the path.
 */
static bool
must_be_encoded(const char *at)
{
	const unsigned char byte = (unsigned char)*at;

	if (byte == '%')
		return !is_hex(at[1]) || !is_hex(at[2]);
	return byte >= 0x80 || strchr(" \"<>\\^`{|}", byte) != NULL;
}

size_t
redirect_location(const char *location, char *out)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t len = 0;

	for (const char *at = location; *at != '\0'; at++) {
		const unsigned char byte = (unsigned char)*at;

		if (is_control(byte))
			return 0;
		if (!must_be_encoded(at)) {
			out[len++] = *at;
			continue;
		}
		out[len++] = '%';
		out[len++] = digits[byte >> 4];
		out[len++] = digits[byte & 15];
	}
	out[len] = '\0';
	return len;
}

static bool
is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 ||
	    status == 307 || status == 308;
}

int
tomo_http_redirect(struct tomo_call *call, int status, const char *location)
{
	const struct tomo_bytes nothing = { "", 0 };
	char *encoded;
	int code;

	if (request_of(call, __func__) == NULL)
		return call_fail(
		    call, TOMO_EKIND, "tomo_http_redirect: not an HTTP call");
	if (!is_redirect(status))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_redirect: want 301, 302, 303, 307 or 308, "
		    "got %d",
		    status);
	if (location == NULL)
		return call_fail(
		    call, TOMO_EINVAL, "tomo_http_redirect: no location");
	encoded = call_keep(call, REDIRECT_GROWTH * strlen(location) + 1);
	if (encoded == NULL)
		return call_fail(
		    call, TOMO_ENOMEM, "tomo_http_redirect: no memory");
	if (redirect_location(location, encoded) == 0)
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_redirect: a location that is empty or has "
		    "control characters");
	code = tomo_http_bytes(call, status, nothing, NULL);
	return code < 0 ? code : answer_header(call, "Location", encoded);
}
