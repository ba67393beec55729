/*
 * The value of one option: what its row accepts, from JSON and from text.
 *
 * A value is kept as JSON in one form for each type: an integer, true or false,
 * a string, or an array of strings; null where the row allows it.
 */
#ifndef RUNTIME_BASE_OPTION_VALUE_H
#define RUNTIME_BASE_OPTION_VALUE_H

#include <jansson.h>

#include "runtime/base/options.h"

/*
 * The value in that form, a new reference, or NULL if the row does not accept
 * it.
 */
json_t *option_value_from_json(
    const struct option_row *row, const json_t *given);

/* The same from the text of a variable or an argument. */
json_t *option_value_from_text(const struct option_row *row, const char *text);

#endif
