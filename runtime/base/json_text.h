/*
 * JSON that comes from elsewhere.  Jansson reads, writes and frees a value by
 * recursion; how deep it goes is bounded here, so that the smallest stack of a
 * coroutine bears it.
 */
#ifndef RUNTIME_BASE_JSON_TEXT_H
#define RUNTIME_BASE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "runtime/base/error.h"

/* Arrays and objects in one another: half of 64 KiB, as Jansson 2.14 needs it. */
#define JSON_TEXT_DEPTH 100

/*
 * Reads text[0..len), any one value.  Returns a new reference, or NULL with
 * line, column and reason in *err.
 */
json_t *json_text_read(const char *text, size_t len, struct error *err);

/* Whether the value is nested too deep to be written on a coroutine. */
bool json_text_is_too_deep(const json_t *value);

#endif
