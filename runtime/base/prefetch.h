/* Memory that is about to be used comes nearer to the processor meanwhile. */
#ifndef RUNTIME_BASE_PREFETCH_H
#define RUNTIME_BASE_PREFETCH_H

#include <stddef.h>

/* Of a cache, on all that we know; elsewhere it is only slower. */
#define PREFETCH_LINE 64

/* Asks for the size bytes at data; any address will do. */
static inline void
prefetch(const void *data, size_t size)
{
	for (size_t at = 0; at < size; at += PREFETCH_LINE)
		__builtin_prefetch((const char *)data + at, 1);
	/*
	 * A function that does no more than this has no effect, as GCC 12 sees
	 * it, and it drops the calls of it.
	 */
	__asm__ volatile("");
}

#endif
