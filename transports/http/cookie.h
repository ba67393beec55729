/* Cookies as text: found in a header, written for one.  Knows no calls. */
#ifndef TRANSPORTS_HTTP_COOKIE_H
#define TRANSPORTS_HTTP_COOKIE_H

#include <stddef.h>

#include <tomodachi/http_cookie.h>

#include "runtime/base/error.h"

struct buffer;

/* Clients ignore a cookie whose name and value together are longer. */
#define COOKIE_MAX 4096

/*
 * Looks for a cookie in the value of a Cookie header, which ends with NUL.
 * Takes what browsers send rather than what the RFC lets them: any bytes but
 * ";", with or without quotes.  Returns the value inside of header and its
 * length, or NULL.
 */
const char *cookie_find(const char *header, const char *name, size_t *len);

/*
 * Appends the value of a Set-Cookie header.  Returns 0, or -1 for what a client
 * would not take; out is then as before.
 */
int cookie_write(struct buffer *out, const char *name, const char *value,
    const struct tomo_http_cookie *cookie, struct error *err);

#endif
