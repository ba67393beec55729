/*
 * HTTP requests and responses (RFC 9110, RFC 9112).
 *
 * Used on a call of another kind, an accessor returns NULL (or 0), and a
 * function that returns a code TOMO_EKIND; it is logged once.  Pointers are
 * borrowed as long as the call lives.
 */
#ifndef TOMODACHI_HTTP_H
#define TOMODACHI_HTTP_H

#include <tomodachi/abi.h>
#include <tomodachi/call.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "GET", in capitals.  Since ABI 1. */
TOMO_API const char *tomo_http_method(const struct tomo_call *call);

/* "https" if the client speaks TLS to the runner itself, else "http"; what a
 * proxy says of its own clients is in the headers.  Since ABI 1. */
TOMO_API const char *tomo_http_scheme(const struct tomo_call *call);

/* The path without query, percent-decoded; and as it came.  Since ABI 1. */
TOMO_API const char *tomo_http_path(const struct tomo_call *call);
TOMO_API const char *tomo_http_raw_path(const struct tomo_call *call);

/* What follows "?", as it came; "" without one.  Since ABI 1. */
TOMO_API const char *tomo_http_query_string(const struct tomo_call *call);

/*
 * A named part of the row's pattern, decoded; NULL if the pattern has no such
 * name or that part did not take part in the match.  Since ABI 1.
 */
TOMO_API const char *tomo_http_param(struct tomo_call *call, const char *name);

/* The first value of a query key, decoded ("" for "?a"); or NULL.  Since ABI 1.
 */
TOMO_API const char *tomo_http_query(struct tomo_call *call, const char *name);

/*
 * The pair of the query with this index, in order, both decoded.  Returns 1,
 * or 0 past the end.  Since ABI 1.
 */
TOMO_API int tomo_http_query_at(struct tomo_call *call, size_t index,
    const char **name, const char **value);

/* The first header of that name, in any case; or NULL.  Since ABI 1. */
TOMO_API const char *tomo_http_header(const struct tomo_call *call,
    const char *name);

/* The header with this index, in order.  Returns 1, or 0 past the end.
 * Since ABI 1. */
TOMO_API int tomo_http_header_at(const struct tomo_call *call, size_t index,
    const char **name, const char **value);

/*
 * The whole body.  A large one is mapped from a temporary file.  Empty (data
 * not NULL) if there is none.  Since ABI 1.
 */
TOMO_API struct tomo_bytes tomo_http_body(struct tomo_call *call);

/*
 * The body as JSON, whatever its Content-Type, of at most 100 levels and
 * http.max_json_size bytes.  Suspends if it is large: a thread reads it then.
 * Returns a value that the call owns, or NULL with line, column and reason in
 * tomo_error(); a handler that returns TOMO_ETOOBIG for one too large is
 * answered for with 413.  Since ABI 1.
 */
TOMO_API struct json_t *tomo_http_body_json(struct tomo_call *call);

/*
 * The address of the client: the peer's, or what http.real_ip_header says if
 * the peer is listed in http.real_ip_from.  Since ABI 1.
 */
TOMO_API const char *tomo_http_remote_ip(struct tomo_call *call);

/* The user name of Basic authorization (RFC 7617), not checked; or NULL.
 * Since ABI 1. */
TOMO_API const char *tomo_http_auth_user(struct tomo_call *call);

/* The status answered so far: in an error handler the one it answers, in
 * middleware after tomo_next() the final one of what is inside; 0 without one.
 * Since ABI 1. */
TOMO_API int tomo_http_status(const struct tomo_call *call);

/*
 * These answer the request: once, the last one wins; nothing is sent until the
 * handler has returned.  What they are given is copied, but for the JSON value,
 * which is stolen (released even on failure).  Each returns 0, TOMO_EINVAL
 * (status outside 200 to 999, NULL body, JSON of more than 100 levels) or
 * TOMO_ENOMEM.  The Content-Type is http.content_type, type, or
 * application/json; charset=utf-8.  A 204, 205 or 304 carries no body whatever
 * is given.  Since ABI 1.
 */
TOMO_API int tomo_http_text(struct tomo_call *call, int status,
    const char *text);
TOMO_API int tomo_http_textf(struct tomo_call *call, int status,
    const char *format, ...) TOMO_PRINTF(3, 4);
TOMO_API int tomo_http_bytes(struct tomo_call *call, int status,
    struct tomo_bytes body, const char *type);
TOMO_API int tomo_http_json(struct tomo_call *call, int status,
    struct json_t *json);

/*
 * Answers with an error status (400 to 599) by way of its TOMO_HTTP_ERROR row,
 * or the status text.  Headers set before stay.  For
 * "return tomo_http_fail(call, 409)": returns 0, TOMO_EINVAL or TOMO_EKIND.
 * Since ABI 1.
 */
TOMO_API int tomo_http_fail(struct tomo_call *call, int status);

/*
 * Answers with a redirect, 301, 302, 303, 307 or 308, and no content.  location
 * is a URI or relative to the request's ("/login", "?page=2"); what no URI has,
 * such as a space or a byte past ASCII, is percent-encoded.  It is not checked
 * where it leads: do not pass on what a client sent.  Returns 0, TOMO_EINVAL
 * (another status; an empty location, or one with control characters),
 * TOMO_ENOMEM or TOMO_EKIND.  Since ABI 1.
 */
TOMO_API int tomo_http_redirect(struct tomo_call *call, int status,
    const char *location);

/*
 * Sets a header of the answer, instead of any of that name, or adds one.  Both
 * are copied.  Content-Length, Transfer-Encoding, Connection, Keep-Alive,
 * Server and Date stay the runner's: TOMO_EINVAL, as for names that are no
 * token and values with control characters.  Since ABI 1.
 */
TOMO_API int tomo_http_set_header(struct tomo_call *call, const char *name,
    const char *value);
TOMO_API int tomo_http_add_header(struct tomo_call *call, const char *name,
    const char *value);

/*
 * Sets the reason phrase of the answer's status line, instead of the registered
 * one; clients ignore it (RFC 9112 4).  Copied.  Returns 0, TOMO_EINVAL (over 200
 * bytes, or control characters), TOMO_EKIND or TOMO_ENOMEM.  Since ABI 1.
 */
TOMO_API int tomo_http_set_reason(struct tomo_call *call, const char *reason);

#ifdef __cplusplus
}
#endif
#endif
