#include "runtime/base/options_store.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/nearest.h"
#include "runtime/base/option_value.h"
#include "runtime/base/option_words.h"
#include "runtime/base/quote.h"

static const char **
list_members(const json_t *value)
{
	size_t count = json_array_size(value);
	const char **list;

	if (!json_is_array(value))
		return NULL;
	list = xcalloc(count + 1, sizeof(*list));
	for (size_t i = 0; i < count; i++)
		list[i] = json_string_value(json_array_get(value, i));
	return list;
}

/* Takes over value. */
static void
store(const struct options_batch *batch, struct option_entry *entry,
    json_t *value)
{
	if (batch->source < entry->source) {
		json_decref(value);
		return;
	}
	json_decref(entry->value);
	free(entry->list);
	free(entry->origin);
	entry->value = value;
	entry->list = list_members(value);
	entry->source = batch->source;
	entry->origin = xstrdup(batch->origin);
}

static int
refuse(const struct options_batch *batch, const struct option_entry *entry,
    const char *got, struct error *err)
{
	char want[128];

	return error_set(err, "%s: want %s, got %s (from %s)", entry->row->key,
	    option_want(entry->row, want, sizeof(want)), got, batch->from);
}

/* Marks the option as set by this batch. */
static int
once(const struct options_batch *batch, struct option_entry *entry,
    struct error *err)
{
	if (entry->batch == batch->number)
		return error_set(err, "%s: want one value, got two (from %s)",
		    entry->row->key, batch->from);
	entry->batch = batch->number;
	return 0;
}

void
options_batch_init(struct options_batch *batch, struct options *options,
    enum option_source source, const char *from, const char *origin)
{
	batch->options = options;
	batch->source = source;
	batch->from = from;
	batch->origin = origin;
	batch->number = ++options->batches;
}

struct option_entry *
options_find(const struct options *options, const char *key)
{
	for (size_t i = 0; i < options->count; i++)
		if (strcmp(options->entries[i].row->key, key) == 0)
			return &options->entries[i];
	return NULL;
}

int
options_unknown(
    const struct options_batch *batch, const char *key, struct error *err)
{
	const struct options *options = batch->options;
	struct nearest nearest;
	char shown[QUOTE_MAX];

	nearest_init(&nearest, key);
	for (size_t i = 0; i < options->count; i++)
		nearest_offer(&nearest, options->entries[i].row->key);
	return error_set(err, "%s: no such option, nearest is %s (from %s)",
	    *key == '\0' ? "\"\"" : quote(shown, key, strlen(key)),
	    nearest.best, batch->from);
}

int
options_put(const struct options_batch *batch, struct option_entry *entry,
    const json_t *given, struct error *err)
{
	json_t *value = option_value_from_json(entry->row, given);
	char got[QUOTE_MAX];

	if (value == NULL)
		return refuse(
		    batch, entry, option_got(entry->row, given, got), err);
	if (once(batch, entry, err) != 0) {
		json_decref(value);
		return -1;
	}
	store(batch, entry, value);
	return 0;
}

int
options_put_text(const struct options_batch *batch, struct option_entry *entry,
    const char *text, struct error *err)
{
	json_t *value = option_value_from_text(entry->row, text);
	char shown[QUOTE_MAX], got[QUOTE_MAX + 2] = "other text";

	if (value == NULL) {
		if (!entry->row->secret)
			snprintf(got, sizeof(got), "\"%s\"",
			    quote(shown, text, strlen(text)));
		return refuse(batch, entry, got, err);
	}
	if (once(batch, entry, err) != 0) {
		json_decref(value);
		return -1;
	}
	store(batch, entry, value);
	return 0;
}
