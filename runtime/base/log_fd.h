/*
 * Writing lines to a descriptor that is shared with other processes: it never
 * waits for a reader, and leaves the flags of the open file alone, because
 * O_NONBLOCK would hold for everybody.  SIGPIPE must be ignored.
 */
#ifndef RUNTIME_BASE_LOG_FD_H
#define RUNTIME_BASE_LOG_FD_H

#include <stddef.h>

enum log_fd_kind {
	LOG_FD_FILE, /* or a terminal: whatever is always written to */
	LOG_FD_PIPE,
	LOG_FD_SOCKET
};

enum log_fd_kind log_fd_kind(int fd);

/*
 * Writes from data[0..len), lines each ended by a newline, what can be written
 * now, and returns how many bytes that was.  A file takes all in one write; a
 * pipe or socket whole lines of up to PIPE_BUF bytes at a time, which arrive
 * unmixed with those of other processes, and a longer line in pieces.
 */
size_t log_fd_write(
    int fd, enum log_fd_kind kind, const char *data, size_t len);

#endif
