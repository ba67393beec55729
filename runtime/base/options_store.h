/* How options keep their values; for the files that put values in. */
#ifndef RUNTIME_BASE_OPTIONS_STORE_H
#define RUNTIME_BASE_OPTIONS_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/base/options.h"

/* One option and its value. */
struct option_entry {
	const struct option_row *row;
	json_t *value;     /* in the form of option_value.h */
	const char **list; /* its members, NULL-ended, if it is a list */
	enum option_source source;
	char *origin;   /* NULL: the default */
	unsigned batch; /* the last one that set it */
};

struct options {
	struct option_entry *entries;
	size_t count;
	unsigned batches; /* begun so far */
};

/* What one call puts in. */
struct options_batch {
	struct options *options;
	enum option_source source;
	const char *from;   /* of error lines: "orders.json" */
	const char *origin; /* for people: "--config orders.json" */
	unsigned number;
};

void options_batch_init(struct options_batch *batch, struct options *options,
    enum option_source source, const char *from, const char *origin);

/* The option of that key, or NULL. */
struct option_entry *options_find(
    const struct options *options, const char *key);

/* Fails with the line for an unknown key. */
int options_unknown(
    const struct options_batch *batch, const char *key, struct error *err);

/*
 * Checks a value and stores it unless a higher source has set the option.
 * Refuses the second value for one key in a batch.
 */
int options_put(const struct options_batch *batch, struct option_entry *entry,
    const json_t *given, struct error *err);
int options_put_text(const struct options_batch *batch,
    struct option_entry *entry, const char *text, struct error *err);

#endif
