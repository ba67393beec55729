/* Cookies (RFC 6265 and its successor). */
#ifndef TOMODACHI_HTTP_COOKIE_H
#define TOMODACHI_HTTP_COOKIE_H

#include <tomodachi/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The value of a cookie that the client sent, without the quotes around it, not
 * decoded; the first of that name (names are case-sensitive), or NULL.  The
 * client chooses what it sends: sign what must be believed.  Since ABI 1.
 */
TOMO_API const char *tomo_http_cookie(struct tomo_call *call,
    const char *name);

/* What the client is told of a cookie; zero leaves an attribute out. */
struct tomo_http_cookie {
	size_t size;        /* of this struct */
	const char *path;   /* begins with "/"; none: the request's folder */
	const char *domain; /* and its subdomains; none: this host alone */
	int64_t max_age;    /* seconds, or TOMO_COOKIE_EXPIRED */
	int64_t expires;    /* seconds since 1970 */
	uint32_t secure;    /* 1: only over TLS */
	uint32_t http_only; /* 1: not for scripts */
	uint32_t same_site; /* TOMO_SAMESITE_* */
	uint32_t partitioned; /* 1: one jar for each top-level site */
};

/* For max_age: the client forgets the cookie of that name, path and domain. */
#define TOMO_COOKIE_EXPIRED (-1)

#define TOMO_SAMESITE_STRICT 1u
#define TOMO_SAMESITE_LAX 2u
#define TOMO_SAMESITE_NONE 3u

/*
 * Adds a cookie to the answer, with or without (NULL) attributes:
 *
 *	tomo_http_set_cookie(call, "id", id, &(struct tomo_http_cookie) {
 *	    .size = sizeof(struct tomo_http_cookie), .path = "/",
 *	    .max_age = 3600, .secure = 1, .http_only = 1,
 *	    .same_site = TOMO_SAMESITE_LAX });
 *
 * All is copied.  Returns 0; TOMO_EINVAL for what a client would not take as it
 * is meant: a name that is no token, a value with blanks, commas, semicolons,
 * backslashes, quotes or bytes that are not ASCII (encode it), SameSite=None or
 * Partitioned without Secure, a "__Host-" or "__Secure-" name without what it
 * promises; TOMO_ETOOBIG for name and value over 4,096 bytes; TOMO_ENOMEM;
 * TOMO_EKIND.  Since ABI 1.
 */
TOMO_API int tomo_http_set_cookie(struct tomo_call *call, const char *name,
    const char *value, const struct tomo_http_cookie *cookie);

#ifdef __cplusplus
}
#endif
#endif
