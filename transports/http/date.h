/* HTTP dates (RFC 9110 5.6.7).  Knows no sockets. */
#ifndef TRANSPORTS_HTTP_DATE_H
#define TRANSPORTS_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* "Sun, 06 Nov 1994 08:49:37 GMT" and a NUL. */
enum { DATE_SIZE = 30 };

void date_write(int64_t unix_s, char out[DATE_SIZE]);

/*
 * Reads any of the three forms; a year of two digits is the one that is at most
 * 50 years after now_s.  False if it is none.
 */
bool date_read(const char *text, int64_t now_s, int64_t *unix_s);

#endif
