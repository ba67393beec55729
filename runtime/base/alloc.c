#include "runtime/base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
checked(void *memory)
{
	if (memory == NULL) {
		fputs("tomodachi: out of memory\n", stderr);
		abort();
	}
	return memory;
}

void *
xcalloc(size_t count, size_t size)
{
	return checked(calloc(count, size));
}

void *
xrealloc(void *memory, size_t size)
{
	return checked(realloc(memory, size));
}

char *
xstrdup(const char *text)
{
	return checked(strdup(text));
}

char *
xstrndup(const char *text, size_t len)
{
	return checked(strndup(text, len));
}

char *
xasprintf(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return checked(text);
}
