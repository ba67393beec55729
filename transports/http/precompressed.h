/* A file beside another that has the same content, compressed before. */
#ifndef TRANSPORTS_HTTP_PRECOMPRESSED_H
#define TRANSPORTS_HTTP_PRECOMPRESSED_H

#include "transports/http/accept_encoding.h"

struct http_request;
struct stat;

/*
 * Opens name.br or name.gz below folder if the client prefers one of them to
 * the file name, whose *stat it is, and it is not older.  Returns its
 * descriptor, *stat and *coding, or -1: then the file itself is to be sent.
 */
int precompressed_open(const struct http_request *request, int folder,
    const char *name, struct stat *stat, enum coding *coding);

#endif
