/* Bytes that grow at the end and are taken from the front. */
#ifndef RUNTIME_BASE_BUFFER_H
#define RUNTIME_BASE_BUFFER_H

#include <stddef.h>

struct buffer {
	char *data; /* NULL while empty and never used */
	size_t start, end, size;
};

/* Frees the memory; the buffer is empty and may be used again. */
void buffer_clear(struct buffer *buffer);

/* What is in it: buffer_len() bytes at buffer_data(). */
static inline size_t
buffer_len(const struct buffer *buffer)
{
	return buffer->end - buffer->start;
}

static inline char *
buffer_data(const struct buffer *buffer)
{
	return buffer->data + buffer->start;
}

/* What buffer_reserve() does when there is no room. */
void buffer_grow(struct buffer *buffer, size_t len);

/*
 * Makes room for len more bytes and returns where they go; buffer_added() says
 * how many were written.  Ends the process when memory is gone, so whoever lets
 * a peer choose len bounds it first.
 */
static inline char *
buffer_reserve(struct buffer *buffer, size_t len)
{
	if (buffer->size - buffer->end < len || buffer->data == NULL)
		buffer_grow(buffer, len);
	return buffer->data + buffer->end;
}

static inline void
buffer_added(struct buffer *buffer, size_t len)
{
	buffer->end += len;
}

void buffer_add(struct buffer *buffer, const void *data, size_t len);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Takes len bytes from the front. */
void buffer_drain(struct buffer *buffer, size_t len);

#endif
