/* URLs that are fetched (RFC 3986), by libcurl's own parser. */
#ifndef TRANSPORTS_HTTP_FETCH_URL_H
#define TRANSPORTS_HTTP_FETCH_URL_H

#include <stdbool.h>

#include "runtime/base/error.h"
#include "runtime/base/quote.h"

struct curl_library;

/*
 * Refuses what is no http or https URL.  Writes to label what a log may show:
 * without user, password and query.
 */
int fetch_url_check(const struct curl_library *curl, const char *url,
    char label[QUOTE_MAX], struct error *err);

/* Where location, perhaps relative, leads from url: on the heap; or NULL. */
char *fetch_url_resolve(
    const struct curl_library *curl, const char *url, const char *location);

/* The URL without user and password, else as it is: on the heap; or NULL. */
char *fetch_url_without_user(const struct curl_library *curl, const char *url);

/* Whether scheme, host and port are the same. */
bool fetch_url_is_same_origin(
    const struct curl_library *curl, const char *a, const char *b);

#endif
