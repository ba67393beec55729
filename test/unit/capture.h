/* Standard error or output turned to another descriptor for a while. */
#ifndef TEST_UNIT_CAPTURE_H
#define TEST_UNIT_CAPTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct capture {
	int fd, saved, to;
};

/* What is written to fd goes to to, which stays the caller's. */
static inline void
capture_begin(struct capture *capture, int fd, int to)
{
	fflush(NULL);
	capture->fd = fd;
	capture->to = to;
	capture->saved = dup(fd);
	dup2(to, fd);
}

static inline void
capture_end(struct capture *capture)
{
	fflush(NULL);
	dup2(capture->saved, capture->fd);
	close(capture->saved);
}

/* A file in memory. */
static inline int
capture_file(void)
{
	return memfd_create("capture", MFD_CLOEXEC);
}

/* All that a file holds, NUL-ended; the caller frees it. */
static inline char *
capture_text(int file)
{
	const off_t size = lseek(file, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	if (text == NULL || pread(file, text, (size_t)size, 0) != size)
		abort();
	return text;
}

/* All that waits in a non-blocking end of a pipe, likewise. */
static inline char *
capture_drain(int fd)
{
	size_t len = 0, size = 1 << 21;
	char *text = calloc(1, size);
	ssize_t got;

	if (text == NULL)
		abort();
	while (
	    len + 1 < size && (got = read(fd, text + len, size - len - 1)) > 0)
		len += (size_t)got;
	return text;
}

#endif
