/* Small files of text, written and read whole. */
#ifndef TEST_UNIT_TEXT_FILE_H
#define TEST_UNIT_TEXT_FILE_H

#include <stdio.h>
#include <stdlib.h>

#define TEXT_FILE_MAX ((size_t)1 << 18)

static inline void
write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

/* All that the file holds, NUL-ended; the caller frees it. */
static inline char *
read_text(const char *path)
{
	char *text = calloc(1, TEXT_FILE_MAX);
	FILE *file = fopen(path, "r");

	if (text == NULL || file == NULL)
		abort();
	text[fread(text, 1, TEXT_FILE_MAX - 1, file)] = '\0';
	fclose(file);
	return text;
}

#endif
