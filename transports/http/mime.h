/* Media types. */
#ifndef TRANSPORTS_HTTP_MIME_H
#define TRANSPORTS_HTTP_MIME_H

#include <stdbool.h>

/* "text/html" for "a/b.HTML"; application/octet-stream if it is not known. */
const char *mime_type(const char *name);

/* Whether content of a type, with parameters or not, becomes smaller. */
bool mime_is_compressible(const char *type);

#endif
