#include "runtime/base/log_fd.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum log_fd_kind
log_fd_kind(int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return LOG_FD_FILE;
	if (S_ISFIFO(status.st_mode))
		return LOG_FD_PIPE;
	return S_ISSOCK(status.st_mode) ? LOG_FD_SOCKET : LOG_FD_FILE;
}

/*
 * One write that does not wait although the file is a blocking one: Linux 6.4
 * can do that for pipes without a name.
 */
#ifdef RWF_NOWAIT
static ssize_t
write_nowait(int fd, const char *data, size_t len)
{
	const struct iovec all = { .iov_base = (void *)data, .iov_len = len };

	return pwritev2(fd, &all, 1, -1, RWF_NOWAIT);
}
#else
static ssize_t
write_nowait(int fd, const char *data, size_t len)
{
	(void)fd, (void)data, (void)len;
	errno = EOPNOTSUPP;
	return -1;
}
#endif

/*
 * A pipe that polls writable takes PIPE_BUF bytes, unless another process
 * comes between; that gap is why this is only the second choice.
 */
static ssize_t
write_polled(int fd, const char *data, size_t len)
{
	struct pollfd polled = { .fd = fd, .events = POLLOUT };

	if (poll(&polled, 1, 0) != 1 || (polled.revents & POLLOUT) == 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(fd, data, len);
}

/* Asked each time, for a FIFO cannot do what a pipe of the same kernel can. */
static ssize_t
write_pipe(int fd, const char *data, size_t len)
{
	const ssize_t written = write_nowait(fd, data, len);

	if (written < 0 && (errno == EOPNOTSUPP || errno == ENOSYS))
		return write_polled(fd, data, len);
	return written;
}

static ssize_t
write_some(int fd, enum log_fd_kind kind, const char *data, size_t len)
{
	switch (kind) {
	case LOG_FD_FILE:
		break;
	case LOG_FD_PIPE:
		return write_pipe(fd, data, len);
	case LOG_FD_SOCKET:
		return send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	return write(fd, data, len);
}

/* How much of data goes to a pipe at once. */
static size_t
piece(const char *data, size_t len)
{
	const char *newline;

	if (len <= PIPE_BUF)
		return len;
	newline = memrchr(data, '\n', PIPE_BUF);
	return newline != NULL ? (size_t)(newline + 1 - data) : PIPE_BUF;
}

size_t
log_fd_write(int fd, enum log_fd_kind kind, const char *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t rest = len - done;
		ssize_t written = write_some(fd, kind, data + done,
		    kind == LOG_FD_FILE ? rest : piece(data + done, rest));

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			break;
		done += (size_t)written;
	}
	return done;
}
