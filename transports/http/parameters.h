/*
 * What follows the value of a header: ";name=value" and ";name="quoted"", as in
 * Content-Type and Content-Disposition.  Knows no calls.
 */
#ifndef TRANSPORTS_HTTP_PARAMETERS_H
#define TRANSPORTS_HTTP_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>

/* Borrowed from the header; value is without its quotes, escapes still in. */
struct parameter {
	const char *name, *value;
	size_t name_len, value_len;
};

/* Skips the value itself; its length without blanks at the end. */
size_t parameters_start(const char **at, const char *end);

/*
 * Takes the next parameter of *at up to end and moves *at past it.  Returns 1,
 * 0 at the end, or -1 when it is malformed.
 */
int parameters_next(
    const char **at, const char *end, struct parameter *parameter);

/* Whether it has that name, in any case. */
bool parameter_is(const struct parameter *parameter, const char *name);

/*
 * Writes the value without escapes to out, which has room for value_len + 1
 * bytes; returns its length.  Backslash hides only a quote or itself: some
 * clients send Windows paths as they are.  %22 is how browsers write a quote.
 */
size_t parameter_unescape(const struct parameter *parameter, char *out);

#endif
