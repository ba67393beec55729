#include "runtime/base/options.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>

#include "runtime/base/alloc.h"
#include "runtime/base/option_value.h"
#include "runtime/base/options_store.h"

static void
fall_back(struct option_entry *entry)
{
	json_t *fallback = json_loads(
	    entry->row->fallback, JSON_DECODE_ANY, NULL);

	entry->value = option_value_from_json(entry->row, fallback);
	/* A row whose fallback it would refuse itself is our own bug. */
	assert(entry->value != NULL);
	if (json_is_array(entry->value)) {
		assert(json_array_size(entry->value) == 0);
		entry->list = xcalloc(1, sizeof(*entry->list));
	}
	json_decref(fallback);
}

/* The option of a key that our own code asks for. */
static const struct option_entry *
known(const struct options *options, const char *key)
{
	const struct option_entry *entry = options_find(options, key);

	assert(entry != NULL);
	return entry;
}

struct options *
options_new(const struct option_row *const *tables)
{
	struct options *options = xcalloc(1, sizeof(*options));
	size_t count = 0;

	for (size_t t = 0; tables[t] != NULL; t++)
		for (const struct option_row *row = tables[t]; row->key; row++)
			count++;
	options->entries = xcalloc(count, sizeof(*options->entries));
	for (size_t t = 0; tables[t] != NULL; t++) {
		for (const struct option_row *row = tables[t]; row->key;
		     row++) {
			options->entries[options->count].row = row;
			fall_back(&options->entries[options->count++]);
		}
	}
	return options;
}

void
options_free(struct options *options)
{
	if (options == NULL)
		return;
	for (size_t i = 0; i < options->count; i++) {
		json_decref(options->entries[i].value);
		free(options->entries[i].list);
		free(options->entries[i].origin);
	}
	free(options->entries);
	free(options);
}

const struct option_row *
options_row(const struct options *options, const char *key)
{
	const struct option_entry *entry = options_find(options, key);

	return entry == NULL ? NULL : entry->row;
}

bool
options_is_null(const struct options *options, const char *key)
{
	return json_is_null(known(options, key)->value);
}

int64_t
options_int(const struct options *options, const char *key)
{
	const struct option_entry *entry = known(options, key);

	assert(
	    entry->row->type == OPTION_INT || entry->row->type == OPTION_SIZE);
	return json_integer_value(entry->value);
}

bool
options_bool(const struct options *options, const char *key)
{
	const struct option_entry *entry = known(options, key);

	assert(entry->row->type == OPTION_BOOL ||
	    entry->row->type == OPTION_BOOL_OR_STRING);
	return json_is_true(entry->value) || json_is_string(entry->value);
}

const char *
options_text(const struct options *options, const char *key)
{
	const struct option_entry *entry = known(options, key);

	assert(entry->row->type == OPTION_STRING ||
	    entry->row->type == OPTION_BOOL_OR_STRING ||
	    entry->row->type == OPTION_STRING_OR_FALSE);
	return json_string_value(entry->value);
}

const char *const *
options_list(const struct options *options, const char *key)
{
	const struct option_entry *entry = known(options, key);

	assert(entry->row->type == OPTION_LIST);
	return entry->list;
}

enum option_source
options_source(const struct options *options, const char *key)
{
	return known(options, key)->source;
}

const char *
options_origin(const struct options *options, const char *key)
{
	const struct option_entry *entry = known(options, key);

	return entry->origin == NULL ? "default" : entry->origin;
}

json_t *
options_json(const struct options *options, const char *key)
{
	return json_deep_copy(known(options, key)->value);
}

char *
options_dump(const struct options *options)
{
	json_t *all = json_object();
	char *text;

	for (size_t i = 0; i < options->count; i++) {
		const struct option_entry *entry = &options->entries[i];

		if (entry->source != OPTION_DEFAULT)
			json_object_set(all, entry->row->key, entry->value);
	}
	text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	return text;
}

void
options_each(const struct options *options,
    void (*each)(void *arg, const struct option_row *row), void *arg)
{
	for (size_t i = 0; i < options->count; i++)
		each(arg, options->entries[i].row);
}
