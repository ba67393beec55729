/* Routes that look at forms and cookies. */
#include <string.h>

#include "test/services/conformance/answer.h"
#include "test/services/conformance/rows.h"

static const char *
line(struct tomo_call *call, const char *before, const char *name,
    const char *value)
{
	return tomo_printf(call, "%s%s%s=%s", before,
	    before[0] != '\0' ? "\n" : "", name, value);
}

int
form(struct tomo_call *call)
{
	const struct tomo_http_upload *upload;
	const char *name, *value, *out = "";

	for (size_t i = 0; tomo_http_form_at(call, i, &name, &value) == 1; i++)
		out = line(call, out, name, value);
	for (size_t i = 0; tomo_http_file_at(call, i, &upload) == 1; i++)
		out = line(call, out, upload->name,
		    tomo_printf(call, "file:%s", upload->filename));
	return plain(call, 200, out);
}

/* Each cookie that the header names, with the value that is read for it. */
int
cookie(struct tomo_call *call)
{
	static const struct tomo_http_cookie attributes = {
		.size = sizeof(attributes), .path = "/", .http_only = 1
	};
	const char *sent = tomo_http_header(call, "Cookie"), *value;
	char *left = tomo_strdup(call, sent != NULL ? sent : ""), *pair, *name;
	char *out = tomo_strdup(call, "");

	while ((pair = strtok_r(left, ";", &left)) != NULL) {
		pair += strspn(pair, " ");
		name = strsep(&pair, "=");
		value = tomo_http_cookie(call, name);
		if (value != NULL)
			out = tomo_printf(call, "%s%s%s=%s", out,
			    out[0] != '\0' ? ";" : "", name, value);
	}
	tomo_http_set_cookie(call, "sid", "x", &attributes);
	return tomo_http_bytes(call, 200,
	    (struct tomo_bytes) { out, strlen(out) },
	    "text/plain; charset=utf-8");
}
