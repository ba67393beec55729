/*
 * What tomo_fetch() is to ask: checked, with defaults, and from one redirect to
 * the next.
 */
#ifndef TRANSPORTS_HTTP_FETCH_REQUEST_H
#define TRANSPORTS_HTTP_FETCH_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <tomodachi/http_client.h>

#include "runtime/base/quote.h"
#include "transports/net/curl_library.h"

struct fetch_request {
	const struct curl_library *curl;
	struct tomo_fetch ask; /* with the defaults */
	const char *method;    /* of this hop, as the rest below */
	char *url;
	char label[QUOTE_MAX];  /* the URL as a log may show it */
	struct tomo_bytes body; /* data is NULL: none */
	char *json;             /* ask.json as text */
	bool is_elsewhere;      /* another origin: credentials stay behind */
	int32_t redirects;      /* so far */
	struct curl_slist *headers;
};

/*
 * Takes over what the service gave.  Returns 0, or TOMO_EINVAL or TOMO_ENOMEM
 * with the reason.  To be cleared in any case.
 */
int fetch_request_init(struct fetch_request *request,
    const struct curl_library *curl, const struct tomo_fetch *given,
    struct error *err);
void fetch_request_clear(struct fetch_request *request);

/* Tells libcurl, whose handle is new; 0, or TOMO_ENOMEM or TOMO_EINVAL. */
int fetch_request_apply(struct fetch_request *request, CURL *easy);

/* Whether an answer of that status with a Location is to be followed. */
bool fetch_request_follows(const struct fetch_request *request, long status);

/* Goes on to location; 0, or TOMO_EPROTOCOL with the reason. */
int fetch_request_redirect(struct fetch_request *request, long status,
    const char *location, struct error *err);

#endif
