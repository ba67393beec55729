#include "runtime/base/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"

void
buffer_clear(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer) { 0 };
}

void
buffer_grow(struct buffer *buffer, size_t len)
{
	size_t used = buffer_len(buffer);
	size_t size = buffer->size > 0 ? buffer->size : 256;

	if (buffer->start > 0) {
		memmove(buffer->data, buffer->data + buffer->start, used);
		buffer->start = 0;
		buffer->end = used;
	}
	while (size - used < len)
		size *= 2;
	if (size != buffer->size) {
		buffer->data = xrealloc(buffer->data, size);
		buffer->size = size;
	}
}

void
buffer_add(struct buffer *buffer, const void *data, size_t len)
{
	if (len == 0)
		return;
	memcpy(buffer_reserve(buffer, len), data, len);
	buffer->end += len;
}

void
buffer_add_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void
buffer_printf(struct buffer *buffer, const char *format, ...)
{
	char *to = buffer_reserve(buffer, 128);
	size_t room = buffer->size - buffer->end;
	va_list args, again;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(to, room, format, args);
	va_end(args);
	assert(len >= 0);
	if ((size_t)len >= room) {
		to = buffer_reserve(buffer, (size_t)len + 1);
		vsnprintf(to, (size_t)len + 1, format, again);
	}
	va_end(again);
	buffer->end += (size_t)len;
}

void
buffer_drain(struct buffer *buffer, size_t len)
{
	assert(len <= buffer_len(buffer));
	buffer->start += len;
	if (buffer->start == buffer->end)
		buffer->start = buffer->end = 0;
}
