/* Which content coding a client wants (RFC 9110 12.5.3).  Knows no sockets. */
#ifndef TRANSPORTS_HTTP_ACCEPT_ENCODING_H
#define TRANSPORTS_HTTP_ACCEPT_ENCODING_H

#include <stdint.h>

enum coding {
	CODING_IDENTITY, /* as it is */
	CODING_GZIP,
	CODING_BR
};

#define CODINGS 3

/* A set of codings. */
#define CODING_BIT(coding) (1u << (coding))

struct accept_encoding {
	int16_t weights[CODINGS]; /* in thousandths; -1: not named */
	int16_t others;           /* "*" */
};

/* As without the header. */
void accept_encoding_init(struct accept_encoding *accepts);

/* Adds what one header says; an element that is malformed counts as absent. */
void accept_encoding_add(struct accept_encoding *accepts, const char *value);

/*
 * The coding of the set offered with the greatest weight: of equals br, then
 * gzip.  CODING_IDENTITY if there is none, also where the client refuses that:
 * it can read it nevertheless.
 */
enum coding accept_encoding_best(
    const struct accept_encoding *accepts, unsigned offered);

/* "br" and so on, as in Content-Encoding. */
const char *coding_name(enum coding coding);

#endif
