#include "transports/http/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/base/log.h"
#include "transports/http/connection.h"
#include "transports/http/real_ip.h"
#include "transports/http/server.h"
#include "transports/net/tls.h"

/* Of a file that has to be read, in one go. */
#define PIECE_SIZE ((size_t)16 * 1024)

/*
 * The kernel is called directly for the two that each request needs: in a
 * process with threads, recv() and send() are points of cancellation, which
 * costs two locked instructions each, and no thread here is ever cancelled.
 */

static int
fd_of(const struct http_connection *conn)
{
	return conn->event.ev_fd;
}

ssize_t
wire_receive(struct http_connection *conn, void *data, size_t size)
{
	if (conn->tls != NULL)
		return tls_recv(conn->tls, data, size);
	return syscall(SYS_recvfrom, fd_of(conn), data, size, 0, NULL, NULL);
}

ssize_t
wire_send(struct http_connection *conn, const void *data, size_t len, bool more)
{
	if (conn->tls != NULL)
		return tls_send(conn->tls, data, len);
	return syscall(SYS_sendto, fd_of(conn), data, len,
	    MSG_NOSIGNAL | (more ? MSG_MORE : 0), NULL, 0);
}

static ssize_t
read_and_send(
    struct http_connection *conn, int file, uint64_t offset, size_t len)
{
	char piece[PIECE_SIZE];
	const ssize_t got = pread(file, piece,
	    len < sizeof(piece) ? len : sizeof(piece), (off_t)offset);

	return got > 0 ? wire_send(conn, piece, (size_t)got, false) : got;
}

ssize_t
wire_send_file(
    struct http_connection *conn, int file, uint64_t offset, size_t len)
{
	off_t at = (off_t)offset;
	ssize_t put;

	if (conn->tls != NULL)
		return read_and_send(conn, file, offset, len);
	put = sendfile(fd_of(conn), file, &at, len);
	/* Not every file system can. */
	if (put < 0 && (errno == EINVAL || errno == ENOSYS))
		return read_and_send(conn, file, offset, len);
	return put;
}

bool
wire_is_later(int error)
{
	return error == EAGAIN || error == EINTR;
}

bool
wire_wants_write(const struct http_connection *conn)
{
	return conn->tls != NULL && tls_wants_write(conn->tls);
}

static void
log_handshake(const struct http_connection *conn)
{
	const char *reason = tls_handshake_error(conn->tls);
	char ip[INET6_ADDRSTRLEN];

	if (reason == NULL || !log_is_on(TOMO_LOG_DEBUG))
		return;
	ip_text(&conn->peer, ip);
	log_record("tomodachi.http", TOMO_LOG_DEBUG, "TLS handshake failed",
	    TOMO_LOG_STR("remote_ip", ip), TOMO_LOG_STR("reason", reason));
}

void
wire_drop_tls(struct http_connection *conn)
{
	if (conn->tls == NULL)
		return;
	log_handshake(conn);
	tls_free(conn->tls);
	conn->tls = NULL;
}

void
wire_end(struct http_connection *conn)
{
	if (conn->tls != NULL)
		tls_end(conn->tls);
	shutdown(fd_of(conn), SHUT_WR);
}

static void
reset_at_close(struct http_connection *conn)
{
	const struct linger none = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd_of(conn), SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

void
wire_close(struct http_connection *conn)
{
	const bool is_whole = conn->output == NULL && conn->request == NULL &&
	    !conn->broken;

	if (conn->tls != NULL && is_whole)
		tls_end(conn->tls);
	/* Nothing else tells a body that ends from one that is whole. */
	if (conn->unframed && !is_whole)
		reset_at_close(conn);
	wire_drop_tls(conn);
	close(fd_of(conn));
}
