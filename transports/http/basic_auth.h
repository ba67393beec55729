/* The user of "Authorization: Basic ..." (RFC 7617). */
#ifndef TRANSPORTS_HTTP_BASIC_AUTH_H
#define TRANSPORTS_HTTP_BASIC_AUTH_H

#include <stddef.h>

/*
 * Decodes the user name in an Authorization value into out, NUL-ended.  Returns
 * its length; 0 if the value is of another scheme, malformed, holds control
 * characters, or the name does not fit size.
 */
size_t basic_auth_user(const char *value, char *out, size_t size);

#endif
