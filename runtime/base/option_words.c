#include "runtime/base/option_words.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const wants[] = {
	[OPTION_BOOL] = "true or false",
	[OPTION_STRING] = "printable text",
	[OPTION_LIST] = "a list of printable texts",
	[OPTION_BOOL_OR_STRING] = "true, false or printable text",
	[OPTION_STRING_OR_FALSE] = "false or printable text",
};

static const char *const type_names[] = {
	[OPTION_INT] = "int",
	[OPTION_SIZE] = "size",
	[OPTION_BOOL] = "bool",
	[OPTION_STRING] = "string",
	[OPTION_LIST] = "list",
	[OPTION_BOOL_OR_STRING] = "bool, string",
	[OPTION_STRING_OR_FALSE] = "string, false",
};

const char *
option_type_name(const struct option_row *row, char *out, size_t size)
{
	snprintf(out, size, "%s%s", type_names[row->type],
	    row->nullable ? ", null" : "");
	return out;
}

const char *
option_want(const struct option_row *row, char *out, size_t size)
{
	const char *or_null = row->nullable ? " or null" : "";

	switch (row->type) {
	case OPTION_INT:
		snprintf(out, size, "%" PRId64 " to %" PRId64 "%s", row->min,
		    row->max, or_null);
		return out;
	case OPTION_SIZE:
		snprintf(out, size,
		    "%" PRId64 " to %" PRId64 ", or text such as \"64K\"%s",
		    row->min, row->max, or_null);
		return out;
	case OPTION_STRING:
		if (row->secret)
			break;
		/* fall through */
	case OPTION_BOOL:
	case OPTION_LIST:
	case OPTION_BOOL_OR_STRING:
	case OPTION_STRING_OR_FALSE:
		snprintf(out, size, "%s%s", wants[row->type], or_null);
		return out;
	}
	snprintf(out, size, "UTF-8 text%s", or_null);
	return out;
}

const char *
option_json_type(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "text";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		return "null";
	}
	return "nothing";
}

const char *
option_got(
    const struct option_row *row, const json_t *given, char out[QUOTE_MAX])
{
	char *text;

	if (row->secret || json_is_object(given))
		return option_json_type(given);
	text = json_dumps(given, JSON_ENCODE_ANY);
	if (text == NULL)
		return option_json_type(given);
	quote_cut(out, text);
	free(text);
	return out;
}
