#include "transports/http/fetch_request.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/ascii.h"
#include "runtime/base/json_text.h"
#include "runtime/service/rows.h"
#include "transports/http/fetch_url.h"
#include "transports/http/field.h"

#define TIMEOUT_MS 30000
#define CONNECT_TIMEOUT_MS 10000
#define MAX_SIZE ((uint64_t)16 << 20)
#define MAX_REDIRECTS 10

/* A larger struct has no size of its own. */
#define MAX_ASK 65536

/* What no service may set, since framing and connections hang on it. */
static const char *const ours[] = { "Content-Length", "Transfer-Encoding",
	"Connection", "Keep-Alive", "Expect", NULL };

/* What is for the origin it was given for, and no other. */
static const char *const bound[] = { "Authorization", "Cookie", "Host", NULL };

static bool
is_in(const char *const *names, const char *name)
{
	for (; *names != NULL; names++)
		if (ascii_casecmp(*names, name) == 0)
			return true;
	return false;
}

/* ---- checks ---- */

/* Copies what the service's headers knew; the rest reads as zero. */
static int
copy_ask(
    struct tomo_fetch *ask, const struct tomo_fetch *given, struct error *err)
{
	const size_t known = sizeof(*ask);

	if (given == NULL ||
	    given->size < offsetof(struct tomo_fetch, method) ||
	    given->size > MAX_ASK)
		return error_set(err, "size is not set");
	if (!rows_tail_is_zero(given, known, given->size))
		return error_set(err,
		    "uses something newer than this runner: use a newer one");
	memcpy(ask, given, given->size < known ? given->size : known);
	return 0;
}

static int
check_times(struct tomo_fetch *ask, struct error *err)
{
	if (ask->timeout_ms < TOMO_NO_TIMEOUT ||
	    ask->connect_timeout_ms < TOMO_NO_TIMEOUT)
		return error_set(err, "a time-out is negative");
	if (ask->max_redirects < TOMO_NO_REDIRECTS)
		return error_set(err, "max_redirects is negative");
	if (ask->timeout_ms == 0)
		ask->timeout_ms = TIMEOUT_MS;
	if (ask->connect_timeout_ms == 0)
		ask->connect_timeout_ms = CONNECT_TIMEOUT_MS;
	if (ask->connect_timeout_ms == TOMO_NO_TIMEOUT ||
	    ask->connect_timeout_ms > INT_MAX)
		ask->connect_timeout_ms = INT_MAX;
	if (ask->max_size == 0)
		ask->max_size = MAX_SIZE;
	if (ask->max_redirects == 0)
		ask->max_redirects = MAX_REDIRECTS;
	return 0;
}

static int
check_headers(const struct tomo_header *header, struct error *err)
{
	char name[QUOTE_MAX];

	for (; header != NULL && header->name != NULL; header++) {
		quote(name, header->name, strlen(header->name));
		if (!field_is_token(header->name))
			return error_set(
			    err, "header \"%s\": no such name", name);
		if (is_in(ours, header->name))
			return error_set(
			    err, "header \"%s\" is the runner's", name);
		if (header->value == NULL || !field_is_value(header->value))
			return error_set(err,
			    "header \"%s\": no value, or control characters "
			    "in it",
			    name);
	}
	return 0;
}

static int
check_body(struct fetch_request *request, struct error *err)
{
	const struct tomo_fetch *ask = &request->ask;

	if (ask->json != NULL && ask->body.data != NULL)
		return error_set(err, "body and json: want one of them");
	if (ask->body.data == NULL && ask->body.size != 0)
		return error_set(err, "body.data is NULL");
	request->body = ask->body;
	if (ask->json == NULL)
		return 0;
	if (json_text_is_too_deep(ask->json))
		return error_set(err, "json: nested too deep");
	request->json = json_dumps(ask->json, JSON_COMPACT | JSON_ENCODE_ANY);
	if (request->json == NULL)
		return error_set(err, "json: cannot be written");
	request->body.data = request->json;
	request->body.size = strlen(request->json);
	return 0;
}

static int
check_method(struct fetch_request *request, struct error *err)
{
	const char *method = request->ask.method;

	if (method == NULL)
		method = request->body.data != NULL ? "POST" : "GET";
	if (!field_is_token(method) || ascii_casecmp(method, "CONNECT") == 0)
		return error_set(err, "no such method");
	/* libcurl must know it to expect no body. */
	if (ascii_casecmp(method, "HEAD") == 0)
		method = "HEAD";
	if (strcmp(method, "HEAD") == 0 && request->body.data != NULL)
		return error_set(err, "HEAD carries no body");
	request->method = method;
	return 0;
}

int
fetch_request_init(struct fetch_request *request,
    const struct curl_library *curl, const struct tomo_fetch *given,
    struct error *err)
{
	struct tomo_fetch *ask = &request->ask;
	struct error why;
	char url[QUOTE_MAX];

	memset(request, 0, sizeof(*request));
	request->curl = curl;
	if (copy_ask(ask, given, err) < 0 || check_times(ask, err) < 0 ||
	    check_headers(ask->headers, err) < 0 ||
	    check_body(request, err) < 0 || check_method(request, err) < 0)
		return TOMO_EINVAL;
	if (ask->url == NULL) {
		error_set(err, "url is NULL");
		return TOMO_EINVAL;
	}
	if (fetch_url_check(curl, ask->url, request->label, &why) < 0) {
		error_set(err, "url \"%s\": %s",
		    quote(url, ask->url, strlen(ask->url)), why.text);
		return TOMO_EINVAL;
	}
	request->url = xstrdup(ask->url);
	return 0;
}

void
fetch_request_clear(struct fetch_request *request)
{
	if (request->headers != NULL)
		request->curl->slist_free_all(request->headers);
	request->headers = NULL;
	free(request->url);
	request->url = NULL;
	free(request->json);
	request->json = NULL;
}

/* ---- what libcurl is told ---- */

static int
add_header(struct fetch_request *request, char *line)
{
	struct curl_slist *longer = request->curl->slist_append(
	    request->headers, line);

	free(line);
	if (longer == NULL)
		return TOMO_ENOMEM;
	request->headers = longer;
	return 0;
}

/* libcurl reads "Name;" as a header without a value, "Name:" as none. */
static char *
header_line(const struct tomo_header *header)
{
	if (header->value[0] == '\0')
		return xasprintf("%s;", header->name);
	return xasprintf("%s: %s", header->name, header->value);
}

static int
make_headers(struct fetch_request *request)
{
	const struct tomo_header *header = request->ask.headers;
	bool has_type = false;
	int code = 0;

	request->curl->slist_free_all(request->headers);
	request->headers = NULL;
	for (; header != NULL && header->name != NULL && code == 0; header++) {
		if (request->is_elsewhere && is_in(bound, header->name))
			continue;
		if (request->body.data == NULL &&
		    ascii_ncasecmp(header->name, "Content-", 8) == 0)
			continue;
		if (ascii_casecmp(header->name, "Content-Type") == 0)
			has_type = true;
		code = add_header(request, header_line(header));
	}
	/* Else it would be one of a form. */
	if (code == 0 && !has_type)
		code = add_header(request,
		    xstrdup(request->json != NULL
			    ? "Content-Type: application/json"
			    : "Content-Type:"));
	/* Without a wait for 100 (Continue), that is. */
	return code == 0 ? add_header(request, xstrdup("Expect:")) : code;
}

/* Whether a length of 0 is to be said (RFC 9110 8.6). */
static bool
wants_length(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	    strcmp(method, "PATCH") == 0;
}

static void
set_method(const struct fetch_request *request, CURL *easy)
{
	const struct curl_library *curl = request->curl;
	const char *method = request->method;

	if (strcmp(method, "HEAD") == 0) {
		curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (request->body.data != NULL || wants_length(method)) {
		curl->easy_setopt(easy, CURLOPT_POST, 1L);
		curl->easy_setopt(easy, CURLOPT_POSTFIELDS,
		    request->body.size > 0 ? request->body.data : "");
		curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)request->body.size);
	}
	curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static CURLcode
set_trust(const struct fetch_request *request, CURL *easy)
{
	const struct curl_library *curl = request->curl;
	const struct tomo_fetch *ask = &request->ask;
	CURLcode code = CURLE_OK;

	if (ask->ca_file != NULL) {
		code = curl->easy_setopt(easy, CURLOPT_CAINFO, ask->ca_file);
		curl->easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	if (ask->insecure != 0) {
		curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	/* Whom we trust stays; who we are is for the first origin. */
	if (request->is_elsewhere)
		return code;
	if (ask->cert_file != NULL && code == CURLE_OK)
		code = curl->easy_setopt(easy, CURLOPT_SSLCERT, ask->cert_file);
	if (ask->key_file != NULL && code == CURLE_OK)
		code = curl->easy_setopt(easy, CURLOPT_SSLKEY, ask->key_file);
	return code;
}

int
fetch_request_apply(struct fetch_request *request, CURL *easy)
{
	const struct curl_library *curl = request->curl;
	const struct tomo_fetch *ask = &request->ask;
	CURLcode code = curl->easy_setopt(easy, CURLOPT_URL, request->url);

	if (code == CURLE_OK)
		code = set_trust(request, easy);
	if (code != CURLE_OK)
		return code == CURLE_OUT_OF_MEMORY ? TOMO_ENOMEM : TOMO_EINVAL;
	if (make_headers(request) < 0)
		return TOMO_ENOMEM;
	set_method(request, easy);
	curl->easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
	curl->easy_setopt(easy, CURLOPT_USERAGENT, "tomodachi/" VERSION);
	if (ask->no_compression == 0)
		curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl->easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, (long)ask->connect_timeout_ms);
	return 0;
}

/* ---- redirects ---- */

bool
fetch_request_follows(const struct fetch_request *request, long status)
{
	if (request->ask.max_redirects == TOMO_NO_REDIRECTS)
		return false;
	return status == 301 || status == 302 || status == 303 ||
	    status == 307 || status == 308;
}

/* RFC 9110 15.4. */
static void
change_method(struct fetch_request *request, long status)
{
	const char *method = request->method;
	const bool was_post = strcmp(method, "POST") == 0;

	if (status != 303 && !(was_post && (status == 301 || status == 302)))
		return;
	if (strcmp(method, "HEAD") != 0)
		request->method = "GET";
	request->body = (struct tomo_bytes) { NULL, 0 };
}

int
fetch_request_redirect(struct fetch_request *request, long status,
    const char *location, struct error *err)
{
	const struct curl_library *curl = request->curl;
	struct error why = { "it cannot be read" };
	char text[QUOTE_MAX], label[QUOTE_MAX], *url;

	if (request->redirects++ == request->ask.max_redirects) {
		error_set(err, "more than %d redirects",
		    (int)request->ask.max_redirects);
		return TOMO_EPROTOCOL;
	}
	url = fetch_url_resolve(curl, request->url, location);
	if (url == NULL || fetch_url_check(curl, url, label, &why) < 0) {
		error_set(err, "redirected to \"%s\": %s",
		    quote(text, location, strlen(location)), why.text);
		free(url);
		return TOMO_EPROTOCOL;
	}
	/* Once left, an origin that comes back may have been told to. */
	if (!fetch_url_is_same_origin(curl, request->url, url))
		request->is_elsewhere = true;
	free(request->url);
	request->url = url;
	memcpy(request->label, label, sizeof(label));
	change_method(request, status);
	return 0;
}
