/* The media type of a file by its name. */
#ifndef TRANSPORTS_HTTP_MIME_H
#define TRANSPORTS_HTTP_MIME_H

/* "text/html" for "a/b.HTML"; application/octet-stream if it is not known. */
const char *mime_type(const char *name);

#endif
