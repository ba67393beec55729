/* What error lines and listings call types, bounds and values. */
#ifndef RUNTIME_BASE_OPTION_WORDS_H
#define RUNTIME_BASE_OPTION_WORDS_H

#include <stddef.h>

#include "runtime/base/options.h"
#include "runtime/base/quote.h"

/* The type for people: "int", "string, null".  Returns out. */
const char *option_type_name(
    const struct option_row *row, char *out, size_t size);

/* What it accepts: "0 to 65535", "printable text or null".  Returns out. */
const char *option_want(const struct option_row *row, char *out, size_t size);

/* The value as it was given, fit for an error line; of a secret its type. */
const char *option_got(const struct option_row *row, const struct json_t *given,
    char out[QUOTE_MAX]);

/* "a number", "an object" and so on. */
const char *option_json_type(const struct json_t *value);

#endif
