#include "transports/http/fetch_url.h"

#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/ascii.h"
#include "transports/net/curl_library.h"

/* What peers write into Location though it has to be encoded. */
#define LENIENT (CURLU_URLENCODE | CURLU_ALLOW_SPACE)

static CURLU *
parse(const struct curl_library *curl, const char *url, CURLUcode *code)
{
	CURLU *parsed = curl->url();

	*code = parsed == NULL ? CURLUE_OUT_OF_MEMORY
			       : curl->url_set(parsed, CURLUPART_URL, url, 0);
	if (*code == CURLUE_OK)
		return parsed;
	curl->url_cleanup(parsed);
	return NULL;
}

/* On libcurl's heap, or NULL. */
static char *
part(const struct curl_library *curl, CURLU *parsed, CURLUPart which)
{
	char *text = NULL;

	if (curl->url_get(parsed, which, &text, CURLU_DEFAULT_PORT) !=
	    CURLUE_OK)
		return NULL;
	return text;
}

static bool
is_web(const struct curl_library *curl, CURLU *parsed)
{
	char *scheme = part(curl, parsed, CURLUPART_SCHEME);
	const bool is = scheme != NULL &&
	    (ascii_casecmp(scheme, "http") == 0 ||
		ascii_casecmp(scheme, "https") == 0);

	curl->free(scheme);
	return is;
}

static void
write_label(
    const struct curl_library *curl, CURLU *parsed, char label[QUOTE_MAX])
{
	static const CURLUPart hidden[] = { CURLUPART_USER, CURLUPART_PASSWORD,
		CURLUPART_OPTIONS, CURLUPART_QUERY, CURLUPART_FRAGMENT };
	char *text = NULL;

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		curl->url_set(parsed, hidden[i], NULL, 0);
	curl->url_get(parsed, CURLUPART_URL, &text, 0);
	if (text != NULL)
		quote(label, text, strlen(text));
	else
		label[0] = '\0';
	curl->free(text);
}

int
fetch_url_check(const struct curl_library *curl, const char *url,
    char label[QUOTE_MAX], struct error *err)
{
	CURLUcode code;
	CURLU *parsed = parse(curl, url, &code);
	int result = 0;

	label[0] = '\0';
	if (parsed == NULL)
		return error_set(err, "%s", curl->url_strerror(code));
	if (is_web(curl, parsed))
		write_label(curl, parsed, label);
	else
		result = error_set(err, "want http:// or https://");
	curl->url_cleanup(parsed);
	return result;
}

char *
fetch_url_resolve(
    const struct curl_library *curl, const char *url, const char *location)
{
	CURLUcode code;
	CURLU *parsed = parse(curl, url, &code);
	char *text = NULL, *copy;

	if (parsed == NULL)
		return NULL;
	curl->url_set(parsed, CURLUPART_FRAGMENT, NULL, 0);
	if (curl->url_set(parsed, CURLUPART_URL, location, LENIENT) ==
	    CURLUE_OK)
		curl->url_get(parsed, CURLUPART_URL, &text, 0);
	copy = text != NULL ? xstrdup(text) : NULL;
	curl->free(text);
	curl->url_cleanup(parsed);
	return copy;
}

char *
fetch_url_without_user(const struct curl_library *curl, const char *url)
{
	CURLUcode code;
	CURLU *parsed = parse(curl, url, &code);
	char *text = NULL, *copy;

	if (parsed == NULL)
		return NULL;
	if (curl->url_get(parsed, CURLUPART_USER, &text, 0) == CURLUE_NO_USER) {
		curl->url_cleanup(parsed);
		return xstrdup(url);
	}
	curl->free(text);
	text = NULL;
	curl->url_set(parsed, CURLUPART_USER, NULL, 0);
	curl->url_set(parsed, CURLUPART_PASSWORD, NULL, 0);
	curl->url_get(parsed, CURLUPART_URL, &text, 0);
	copy = text != NULL ? xstrdup(text) : NULL;
	curl->free(text);
	curl->url_cleanup(parsed);
	return copy;
}

bool
fetch_url_is_same_origin(
    const struct curl_library *curl, const char *a, const char *b)
{
	static const CURLUPart parts[] = { CURLUPART_SCHEME, CURLUPART_HOST,
		CURLUPART_PORT };
	CURLUcode code;
	CURLU *one = parse(curl, a, &code), *other = parse(curl, b, &code);
	bool same = one != NULL && other != NULL;

	for (size_t i = 0; same && i < sizeof(parts) / sizeof(parts[0]); i++) {
		char *x = part(curl, one, parts[i]);
		char *y = part(curl, other, parts[i]);

		same = x != NULL && y != NULL && ascii_casecmp(x, y) == 0;
		curl->free(x);
		curl->free(y);
	}
	curl->url_cleanup(one);
	curl->url_cleanup(other);
	return same;
}
