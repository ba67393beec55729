/*
 * Where the bytes of a connection enter and leave: all that is known of its
 * socket.  Each returns how many went, or -1 with errno, of which EAGAIN and
 * EINTR mean "later".
 */
#ifndef TRANSPORTS_HTTP_WIRE_H
#define TRANSPORTS_HTTP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct http_connection;

/*
 * 0: the peer sends no more.  size must have room for a TLS record
 * (TLS_RECORD_MAX).  EPROTOTYPE: plain HTTP where TLS was to begin, still to be
 * read after wire_drop_tls().
 */
ssize_t wire_receive(struct http_connection *conn, void *data, size_t size);

/* more: something follows at once, which may share a packet with it. */
ssize_t wire_send(
    struct http_connection *conn, const void *data, size_t len, bool more);

/* Sends from a file; 0: the file ends before offset. */
ssize_t wire_send_file(
    struct http_connection *conn, int file, uint64_t offset, size_t len);

/* Whether the last failure of these was only "later". */
bool wire_is_later(int error);

/* Whether wire_receive() can go on only when there is room to send. */
bool wire_wants_write(const struct http_connection *conn);

/* Goes on without TLS. */
void wire_drop_tls(struct http_connection *conn);

/* Says that nothing more will be sent. */
void wire_end(struct http_connection *conn);

/* Closes so that an answer of which something is missing does not look whole. */
void wire_close(struct http_connection *conn);

#endif
