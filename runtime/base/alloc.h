/* Memory for our own small objects: these end the process when there is none. */
#ifndef RUNTIME_BASE_ALLOC_H
#define RUNTIME_BASE_ALLOC_H

#include <stddef.h>

void *xcalloc(size_t count, size_t size);
void *xrealloc(void *memory, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);

/* Formatted text on the heap. */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
