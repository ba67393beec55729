/* Who may connect (http.max_connections). */
#ifndef TRANSPORTS_HTTP_ADMISSION_H
#define TRANSPORTS_HTTP_ADMISSION_H

#include <netinet/in.h>

struct http_server;

/*
 * Takes over fd, a connection that was accepted.  Where there are too many, the
 * one idle for longest, kept alive or silent from its start, makes room; if none
 * is, the new one gets a 503, over TLS no word; when too many of these wait to be
 * read, it is only closed.
 */
void admission_take(
    struct http_server *server, int fd, const struct in6_addr *peer);

#endif
