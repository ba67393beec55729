/*
 * The text of log records as it is put together.  Room is asked for once per
 * part; the log_put_*() functions then write without looking, and return where
 * the next byte goes.
 */
#ifndef RUNTIME_BASE_LOG_TEXT_H
#define RUNTIME_BASE_LOG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Begins in memory of the caller (or in none), and grows on the heap. */
struct log_text {
	char *data;
	size_t len, size;
	bool is_heap;
	bool has_failed; /* there was no memory: the record is not whole */
};

void log_text_init(struct log_text *text, void *memory, size_t size);
void log_text_clear(struct log_text *text);

/* For log_text_reserve() alone. */
char *log_text_grow(struct log_text *text, size_t len);

/* Where len more bytes go, or NULL if there is no memory. */
static inline char *
log_text_reserve(struct log_text *text, size_t len)
{
	if (text->size - text->len < len)
		return log_text_grow(text, len);
	return text->data + text->len;
}

/* What was written up to at counts from now on. */
static inline void
log_text_end(struct log_text *text, const char *at)
{
	text->len = (size_t)(at - text->data);
}

/* A literal, which takes as many bytes as it has. */
#define log_put(at, literal) \
	((char *)memcpy(at, literal, sizeof(literal) - 1) + sizeof(literal) - 1)

/* How many bytes a number, and a byte of text, take at most. */
#define LOG_NUMBER_ROOM 40u
#define LOG_ESCAPE_ROOM 6u

/*
 * Text in UTF-8 that neither ends a line nor speaks to a terminal: control and
 * direction characters are escaped as in JSON, and what is not UTF-8 becomes
 * U+FFFD.  quoted: so are quotation marks and backslashes.
 */
char *log_put_text(char *at, const char *text, size_t len, bool quoted);

char *log_put_int(char *at, int64_t number);

/* The last count decimal digits of number; count is even. */
char *log_put_digits(char *at, uint32_t number, size_t count);

/* A short decimal that reads back as the same number; "null" for NaN and
 * infinities. */
char *log_put_float(char *at, double number);

#endif
