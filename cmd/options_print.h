/* The options and their values, written out. */
#ifndef CMD_OPTIONS_PRINT_H
#define CMD_OPTIONS_PRINT_H

#include <stdio.h>

#include "runtime/base/options.h"

enum options_format {
	OPTIONS_TEXT,    /* columns for people */
	OPTIONS_JSON,    /* an array of objects */
	OPTIONS_MARKDOWN /* what each option is, without values */
};

/* Writes all options; the value of a secret is left out. */
void options_print(
    const struct options *options, enum options_format format, FILE *to);

#endif
