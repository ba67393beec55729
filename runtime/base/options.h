/*
 * The options of a runner and where each value came from.
 *
 * A table of rows names, types, bounds and explains options; each transport
 * brings its own and the runtime has one.  Sources are put in from the lowest
 * to the highest: the service's descriptor, config files, environment, command
 * line, init hook.  A higher source wins whatever the order they come in.
 */
#ifndef RUNTIME_BASE_OPTIONS_H
#define RUNTIME_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct json_t;
struct tomo_option;

enum option_type {
	OPTION_INT,
	OPTION_SIZE, /* bytes: a number, or text such as "64K" */
	OPTION_BOOL,
	OPTION_STRING,
	OPTION_LIST, /* of strings; a single string is a list of one */
	OPTION_BOOL_OR_STRING, /* http.access_log; "" means false */
	OPTION_STRING_OR_FALSE /* KMS keys; false means "" */
};

/* One option.  Text is free of control characters unless it is secret. */
struct option_row {
	const char *key; /* NULL ends a table */
	enum option_type type;
	bool nullable;        /* null is a value */
	bool secret;          /* never printed */
	const char *fallback; /* JSON: "9700", "\"a\"", "[]", "null" */
	int64_t min, max;     /* of OPTION_INT and OPTION_SIZE, both included */
	const char *help;     /* one line, no full stop */
};

enum option_source {
	OPTION_DEFAULT,
	OPTION_DESCRIPTOR,
	OPTION_CONFIG,
	OPTION_ENVIRONMENT,
	OPTION_COMMAND_LINE,
	OPTION_INIT
};

struct options;

/*
 * All options of the tables, a NULL-ended list of tables that outlive it, with
 * their fallbacks.
 */
struct options *options_new(const struct option_row *const *tables);
void options_free(struct options *options);

/*
 * Each puts in values of one source and returns 0, or -1 with one line that
 * names the key, where it came from, what was expected and got, and for an
 * unknown key the nearest known one.  After an error nothing of that call may
 * be relied on.
 */

/* The descriptor's table, ended by a NULL key; NULL is an empty one. */
int options_set_descriptor(
    struct options *options, const struct tomo_option *rows, struct error *err);

/* A JSON file of nested objects, dotted keys, or both.  Blocks. */
int options_set_file(
    struct options *options, const char *path, struct error *err);

/* The same from text; name is what error lines and origins call it. */
int options_set_json(struct options *options, const char *name,
    const char *text, size_t len, struct error *err);

/*
 * TOMODACHI_HTTP_PORT=8080 and so on from environ; lists comma-separated.  An
 * unknown TOMODACHI_* variable is only handed to on_unknown(name, nearest),
 * except those in the NULL-ended list of names that are not options.
 */
int options_set_environment(struct options *options, char *const *environ,
    const char *const *others,
    void (*on_unknown)(const char *name, const char *nearest),
    struct error *err);

/* One "key=value" of the command line. */
int options_set_argument(
    struct options *options, const char *argument, struct error *err);

/* What the init hook sets: any JSON text, "8080" or "[\"a\"]". */
int options_set_init(struct options *options, const char *key,
    const char *json_text, struct error *err);

/* Whether there is an option of that key, and of which type. */
const struct option_row *options_row(
    const struct options *options, const char *key);

/*
 * The values.  The key must be one of the tables and of that type (asserted,
 * our own code asks); null reads as 0 or NULL, options_is_null() tells it
 * apart.  Of "bool or string", a string counts as true, and the text of true
 * and false is NULL.  Text and lists are borrowed until the option is set
 * again.
 */
bool options_is_null(const struct options *options, const char *key);
int64_t options_int(const struct options *options, const char *key);
bool options_bool(const struct options *options, const char *key);
const char *options_text(const struct options *options, const char *key);
/* NULL-ended. */
const char *const *options_list(const struct options *options, const char *key);
enum option_source options_source(
    const struct options *options, const char *key);

/* The value as JSON, a new reference. */
struct json_t *options_json(const struct options *options, const char *key);

/*
 * All values that some source has set, be they equal to the fallback, as one
 * JSON object with dotted keys, secrets included: for handing on to another
 * process.  The caller frees it.
 */
char *options_dump(const struct options *options);

/* Calls each(arg, row) for every row, in table order. */
void options_each(const struct options *options,
    void (*each)(void *arg, const struct option_row *row), void *arg);

/* Where a value came from, for people: "default", "--config orders.json". */
const char *options_origin(const struct options *options, const char *key);

#endif
