/* Routes that look at the request: body, query, headers, address. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "test/services/conformance/answer.h"
#include "test/services/conformance/rows.h"

int
echo(struct tomo_call *call)
{
	struct tomo_bytes body = tomo_http_body(call);
	const char *type = tomo_http_header(call, "Content-Type");

	tomo_http_set_header(
	    call, "X-Len", tomo_printf(call, "%zu", body.size));
	tomo_http_set_header(call, "X-CT", type != NULL ? type : "-");
	return tomo_http_bytes(call, 200, body, "application/octet-stream");
}

int
echo_get(struct tomo_call *call)
{
	struct tomo_bytes body = tomo_http_body(call);

	return plain(call, 200,
	    tomo_printf(call, "get body='%.*s'", (int)body.size,
		(const char *)body.data));
}

int
json(struct tomo_call *call)
{
	json_t *value = tomo_http_body_json(call);
	char *dumped;
	const char *copy;

	if (value == NULL)
		return TOMO_EINVAL;
	dumped = json_dumps(value, JSON_SORT_KEYS | JSON_ENCODE_ANY);
	if (dumped == NULL)
		return TOMO_ENOMEM;
	copy = tomo_strdup(call, dumped);
	free(dumped);
	return plain(call, 200, copy);
}

static char *
decoded(struct tomo_call *call, const char *text)
{
	char *out = tomo_strdup(call, text), *to = out;
	unsigned byte;

	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '%' &&
		    strspn(at + 1, "0123456789abcdefABCDEF") > 1) {
			char hex[3] = { at[1], at[2], '\0' };

			byte = (unsigned)strtoul(hex, NULL, 16);
			at += 2;
		} else {
			byte = (unsigned char)(*at == '+' ? ' ' : *at);
		}
		*to++ = (char)byte;
	}
	*to = '\0';
	return out;
}

int
query(struct tomo_call *call)
{
	const char *name, *value;
	char *out = decoded(call, tomo_http_query_string(call));

	out = tomo_printf(call, "%s\n", out);
	for (size_t i = 0; tomo_http_query_at(call, i, &name, &value); i++)
		out = tomo_printf(
		    call, "%s%s%s=%s", out, i > 0 ? "\n" : "", name, value);
	return plain(call, 200, out);
}

int
path(struct tomo_call *call)
{
	return plain(call, 200,
	    tomo_printf(call, "%s|%s|%s", tomo_http_param(call, "rest"),
		tomo_http_path(call), tomo_http_raw_path(call)));
}

int
header(struct tomo_call *call)
{
	const char *wanted = tomo_http_param(call, "h"), *name, *value;
	char *out = NULL;

	for (size_t i = 0; tomo_http_header_at(call, i, &name, &value); i++) {
		if (strcasecmp(name, wanted) != 0)
			continue;
		out = out == NULL ? tomo_strdup(call, value)
				  : tomo_printf(call, "%s|%s", out, value);
	}
	return plain(call, 200, out != NULL ? out : "");
}

int
ip(struct tomo_call *call)
{
	return plain(call, 200, tomo_http_remote_ip(call));
}
