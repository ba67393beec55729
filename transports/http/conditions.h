/* Conditional requests (RFC 9110 13).  Knows no sockets. */
#ifndef TRANSPORTS_HTTP_CONDITIONS_H
#define TRANSPORTS_HTTP_CONDITIONS_H

#include <stdbool.h>
#include <stdint.h>

struct head;

/* What there is now, and the time. */
struct validators {
	const char *etag; /* quoted; strong, or weak with W/ before it */
	int64_t modified_s, now_s;
};

enum condition {
	CONDITION_MET,
	CONDITION_NOT_MODIFIED, /* 304 */
	CONDITION_FAILED        /* 412 */
};

/* Looks at If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since of
 * a GET or HEAD, in the order of RFC 9110 13.2.2. */
enum condition conditions_check(
    const struct head *head, const struct validators *now);

/* Whether a Range counts: there is no If-Range, or it still holds. */
bool conditions_allow_range(
    const struct head *head, const struct validators *now);

/* Whether a list of entity tags, or "*", has etag; weakly compared, W/ does not
 * count, else a weak one equals none. */
bool conditions_list_has(const char *list, const char *etag, bool weakly);

#endif
