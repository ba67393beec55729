#ifndef TOMODACHI_BASE_ASCII_H
#define TOMODACHI_BASE_ASCII_H

/*
 * Letters and digits of protocols.  The C library's functions ask the locale,
 * which a service may set: in Turkish, "TITLE" and "title" differ.
 */

#include <stdbool.h>
#include <stddef.h>

static inline bool
ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
ascii_is_alnum(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
}

static inline bool
ascii_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
ascii_is_punct(char c)
{
	return c > ' ' && c < 0x7f && !ascii_is_alnum(c);
}

static inline char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline char
ascii_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c & ~0x20) : c;
}

/* As strcasecmp() and strncasecmp() in the C locale. */
int ascii_casecmp(const char *a, const char *b);
int ascii_ncasecmp(const char *a, const char *b, size_t len);

#endif
