/* Foreign text made fit for an error line. */
#ifndef RUNTIME_BASE_QUOTE_H
#define RUNTIME_BASE_QUOTE_H

#include <stddef.h>

#define QUOTE_MAX 80 /* room for what quote() writes */

/*
 * Writes text[0..len) to out on one line: control characters, quotation marks
 * and bytes that are not UTF-8 escaped, the end of a long text cut off and
 * shown as "...".  Returns out.
 */
const char *quote(char out[QUOTE_MAX], const char *text, size_t len);

/* Cuts a text that is fit already, likewise. */
const char *quote_cut(char out[QUOTE_MAX], const char *text);

#endif
