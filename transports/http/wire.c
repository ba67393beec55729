#include "transports/http/wire.h"

#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transports/http/connection.h"

/* Of a file that has to be read, in one go. */
#define PIECE_SIZE ((size_t)16 * 1024)

static int
fd_of(const struct http_connection *conn)
{
	return conn->event.ev_fd;
}

ssize_t
wire_receive(struct http_connection *conn, void *data, size_t size)
{
	return recv(fd_of(conn), data, size, 0);
}

ssize_t
wire_send(struct http_connection *conn, const void *data, size_t len, bool more)
{
	return send(
	    fd_of(conn), data, len, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
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
	const ssize_t put = sendfile(fd_of(conn), file, &at, len);

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

void
wire_reset_at_close(struct http_connection *conn)
{
	const struct linger none = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd_of(conn), SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

void
wire_end(struct http_connection *conn)
{
	shutdown(fd_of(conn), SHUT_WR);
}

void
wire_close(struct http_connection *conn)
{
	close(fd_of(conn));
}
