/* One record a request, logger tomodachi.http.response. */
#ifndef TRANSPORTS_HTTP_ACCESS_LOG_H
#define TRANSPORTS_HTTP_ACCESS_LOG_H

#include <netinet/in.h>
#include <stddef.h>

#include "runtime/base/error.h"

struct http_request;
struct http_server;

int access_log_open(struct http_server *server, struct error *err);
void access_log_close(struct http_server *server);
void access_log_reopen(struct http_server *server);

/* sent: bytes of content in the answer. */
void access_log_write(const struct http_request *request, int status,
    size_t sent, const char *message);

/* A request that could not be parsed. */
void access_log_bad(struct http_server *server, const struct in6_addr *peer,
    int status, size_t sent);

#endif
