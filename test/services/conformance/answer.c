#include "test/services/conformance/answer.h"

#include <stdlib.h>
#include <string.h>

static const char *
profile(void)
{
	const char *name = getenv("ORACLE_PROFILE");

	return name != NULL ? name : "main";
}

int
has_error_rows(struct tomo_call *call)
{
	(void)call;
	return strcmp(profile(), "errs") == 0 || strcmp(profile(), "mw") == 0;
}

/* UTF-8 as ISO 8859-1; NULL if there is a character past U+00FF. */
static const char *
latin1(struct tomo_call *call, const char *text)
{
	char *out = tomo_strdup(call, text), *to = out;

	for (const char *at = text; *at != '\0'; at++) {
		unsigned char c = (unsigned char)*at;

		if (c > 0xC3)
			return NULL;
		if (c >= 0xC2)
			c = (unsigned char)((c & 3) << 6 | (*++at & 0x3F));
		*to++ = (char)c;
	}
	*to = '\0';
	return out;
}

int
plain(struct tomo_call *call, int status, const char *text)
{
	const char *encoded = strcmp(profile(), "mw") == 0 ? latin1(call, text)
							   : text;

	if (encoded == NULL)
		return tomo_fail(call, TOMO_EINVAL, "not in the charset");
	tomo_set(call, "plain", (void *)(size_t)text, NULL);
	return tomo_http_text(call, status, encoded);
}

const char *
plain_text(const struct tomo_call *call)
{
	return tomo_get(call, "plain");
}

int
raised(struct tomo_call *call, int status, const char *reason)
{
	tomo_http_set_reason(call, reason);
	return tomo_http_bytes(call, status,
	    (struct tomo_bytes) { reason, strlen(reason) },
	    "text/plain; charset=utf-8");
}
