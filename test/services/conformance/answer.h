/*
 * What the handlers of the conformance service share: a "plain" answer is one
 * that middleware may wrap, as a Python handler's returned string is.
 */
#ifndef TEST_SERVICES_CONFORMANCE_ANSWER_H
#define TEST_SERVICES_CONFORMANCE_ANSWER_H

#include <tomodachi.h>

/*
 * Answers with text in the charset of the profile, and remembers it for
 * plain_text().  Text that the charset lacks fails the call.
 */
int plain(struct tomo_call *call, int status, const char *text);

/* The text of the last plain answer; NULL if there is none. */
const char *plain_text(const struct tomo_call *call);

/* Answers with the reason phrase of a status, as a raised one does. */
int raised(struct tomo_call *call, int status, const char *reason);

/* Whether the profile has rows for error statuses. */
int has_error_rows(struct tomo_call *call);

#endif
