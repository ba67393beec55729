/* One record a request, logger tomodachi.http.response. */
#ifndef TRANSPORTS_HTTP_ACCESS_LOG_H
#define TRANSPORTS_HTTP_ACCESS_LOG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/base/error.h"

struct http_request;
struct http_server;
struct tomo_log_field;

int access_log_open(struct http_server *server, struct error *err);
void access_log_close(struct http_server *server);
void access_log_reopen(struct http_server *server);

/* sent: bytes of content in the answer. */
void access_log_write(const struct http_request *request, int status,
    size_t sent, const char *message);

/* A request that could not be parsed. */
void access_log_bad(struct http_server *server, const struct in6_addr *peer,
    int status, size_t sent);

/*
 * What happens on a connection that another transport has taken: these
 * fields, of the request what every such record has, and at its end the time.
 */
void access_log_upgraded(const struct http_request *request, const char *logger,
    const struct tomo_log_field *fields, bool ends);

#endif
