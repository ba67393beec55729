/* Options from a service's descriptor. */
#include "runtime/base/options.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include <tomodachi/abi.h>

#include "runtime/base/options_store.h"

#define FROM "the descriptor"

static json_t *
list_value(const char *const *members)
{
	json_t *list = members == NULL ? NULL : json_array();

	for (size_t i = 0; list != NULL && members[i] != NULL; i++) {
		/* Fails if the member is not UTF-8. */
		if (json_array_append_new(list, json_string(members[i])) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

/* The row's value, a new reference; NULL if it is text that is not UTF-8. */
static json_t *
row_value(const struct tomo_option *row)
{
	switch (row->type) {
	case TOMO_TYPE_INT:
		return json_integer(row->number);
	case TOMO_TYPE_BOOL:
		return json_boolean(row->number != 0);
	case TOMO_TYPE_STRING:
		return json_string(row->data);
	case TOMO_TYPE_LIST:
		return list_value(row->data);
	case TOMO_TYPE_NULL:
		return json_null();
	}
	return NULL;
}

static int
put_row(const struct options_batch *batch, const struct tomo_option *row,
    struct error *err)
{
	struct option_entry *entry = options_find(batch->options, row->key);
	json_t *value;
	int failed;

	if (entry == NULL)
		return options_unknown(batch, row->key, err);
	if (row->type < TOMO_TYPE_INT || row->type > TOMO_TYPE_NULL)
		return error_set(err,
		    "%s: want a known type, got type %" PRIu64 " (from " FROM
		    ")",
		    row->key, row->type);
	value = row_value(row);
	if (value == NULL)
		return error_set(err,
		    "%s: want UTF-8 text, got %s (from " FROM ")", row->key,
		    row->data == NULL ? "a null pointer" : "other bytes");
	failed = options_put(batch, entry, value, err);
	json_decref(value);
	return failed;
}

int
options_set_descriptor(
    struct options *options, const struct tomo_option *rows, struct error *err)
{
	struct options_batch batch;

	options_batch_init(
	    &batch, options, OPTION_DESCRIPTOR, FROM, "descriptor");
	for (; rows != NULL && rows->key != NULL; rows++)
		if (put_row(&batch, rows, err) != 0)
			return -1;
	return 0;
}
