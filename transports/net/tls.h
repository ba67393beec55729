/*
 * The server's side of TLS on a non-blocking socket that somebody else watches.
 * Bytes go in and out as with recv() and send(); the handshake is a part of the
 * first tls_recv() calls.  Loop thread only.
 */
#ifndef TRANSPORTS_NET_TLS_H
#define TRANSPORTS_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "runtime/base/error.h"

/* A certificate, its key, and what every connection has in common. */
struct tls_context;

/* One connection. */
struct tls;

/*
 * Reads both PEM files: the certificate with those that lead to its root, and
 * its key, which must not be encrypted.  TLS 1.2 and later, forward secrecy
 * only, ALPN http/1.1.  Blocks for the files.  Returns NULL with the file and
 * the reason in *err.
 */
struct tls_context *tls_context_new(
    const char *certfile, const char *keyfile, struct error *err);

/* After the last of its connections. */
void tls_context_free(struct tls_context *context);

/*
 * fd stays the caller's, and open as long as this.  Costs a few bytes until
 * something comes.
 */
struct tls *tls_new(struct tls_context *context, int fd);
void tls_free(struct tls *tls);

/* The most that a record holds. */
#define TLS_RECORD_MAX ((size_t)16 * 1024)

/*
 * As recv(), one record at a time; size must have room for TLS_RECORD_MAX, so
 * that the socket tells of all that is left.  Returns how many bytes came, 0
 * once the peer has closed, or -1 with errno EAGAIN while there are none or the
 * handshake goes on, EPROTOTYPE if the peer talks plain HTTP (all it said is
 * left to read from the socket), EPROTO if TLS failed, or that of the socket.
 */
ssize_t tls_recv(struct tls *tls, void *data, size_t size);

/*
 * As send(): returns how many bytes it took, maybe less than the socket has
 * room for, or -1 with errno ENOTCONN before the handshake is done, EAGAIN
 * while there is no room, or that of the failure.  After EAGAIN the next call
 * must begin with the same bytes, and have no fewer.
 */
ssize_t tls_send(struct tls *tls, const void *data, size_t len);

/* Whether tls_recv() can go on only when the socket has room to send. */
bool tls_wants_write(const struct tls *tls);

/* Tells the peer that nothing more follows; does not wait for its answer. */
void tls_end(struct tls *tls);

/*
 * Why the handshake did not succeed: NULL if it did or nothing came to begin
 * it.  Borrowed as long as the connection.
 */
const char *tls_handshake_error(const struct tls *tls);

#endif
