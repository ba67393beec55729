/* What header fields consist of (RFC 9110 5). */
#ifndef TRANSPORTS_HTTP_FIELD_H
#define TRANSPORTS_HTTP_FIELD_H

#include <stdbool.h>

/* A token: field names, methods. */
bool field_is_token(const char *text);

/* No control characters but tabs, so that nothing else begins inside. */
bool field_is_value(const char *text);

/* Whether a list, "a, b", has a member without parameters; in any case. */
bool field_list_has(const char *list, const char *member);

#endif
