/* Options from the environment and the command line. */
#include "runtime/base/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/nearest.h"
#include "runtime/base/options_store.h"
#include "runtime/base/quote.h"

#define PREFIX "TOMODACHI_"

/* "http.port" as TOMODACHI_HTTP_PORT. */
static char *
variable_name(const char *key)
{
	char *name = xasprintf(PREFIX "%s", key);

	for (char *at = name; *at != '\0'; at++) {
		if (*at == '.')
			*at = '_';
		/* Not toupper(): the locale has no say in this. */
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	}
	return name;
}

/* The option that a variable sets, or NULL and the nearest variable. */
static struct option_entry *
find_variable(
    const struct options *options, const char *name, struct nearest *nearest)
{
	nearest_init(nearest, name);
	for (size_t i = 0; i < options->count; i++) {
		struct option_entry *entry = &options->entries[i];
		char *known = variable_name(entry->row->key);
		bool is_it = strcmp(name, known) == 0;

		nearest_offer(nearest, known);
		free(known);
		if (is_it)
			return entry;
	}
	return NULL;
}

static bool
is_in(const char *const *list, const char *name)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

int
options_set_environment(struct options *options, char *const *environ,
    const char *const *others,
    void (*on_unknown)(const char *name, const char *nearest),
    struct error *err)
{
	struct options_batch batch;
	int failed = 0;

	options_batch_init(&batch, options, OPTION_ENVIRONMENT, NULL, NULL);
	for (; *environ != NULL && failed == 0; environ++) {
		const char *equals = strchr(*environ, '=');
		struct option_entry *entry;
		struct nearest nearest;
		char *name;

		if (equals == NULL ||
		    strncmp(*environ, PREFIX, strlen(PREFIX)) != 0)
			continue;
		name = xstrndup(*environ, (size_t)(equals - *environ));
		batch.from = batch.origin = name;
		entry = find_variable(options, name, &nearest);
		if (entry != NULL)
			failed = options_put_text(
			    &batch, entry, equals + 1, err);
		else if (!is_in(others, name) && on_unknown != NULL)
			on_unknown(name, nearest.best);
		free(name);
	}
	return failed;
}

int
options_set_argument(
    struct options *options, const char *argument, struct error *err)
{
	struct options_batch batch;
	const char *equals = strchr(argument, '=');
	struct option_entry *entry;
	char shown[QUOTE_MAX], *key;
	int failed;

	options_batch_init(
	    &batch, options, OPTION_COMMAND_LINE, "--option", "--option");
	if (equals == NULL)
		return error_set(err,
		    "%s: want KEY=VALUE, got no value (from --option)",
		    quote(shown, argument, strlen(argument)));
	key = xstrndup(argument, (size_t)(equals - argument));
	entry = options_find(options, key);
	if (entry == NULL)
		failed = options_unknown(&batch, key, err);
	else
		failed = options_put_text(&batch, entry, equals + 1, err);
	free(key);
	return failed;
}
