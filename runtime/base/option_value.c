#include "runtime/base/option_value.h"

#include <stdbool.h>
#include <string.h>

#include "runtime/base/ascii.h"

static const struct {
	const char *text;
	bool value;
} bool_words[] = {
	{ "true", true },
	{ "false", false },
	{ "1", true },
	{ "0", false },
	{ "yes", true },
	{ "no", false },
};

/*
 * Reads decimal digits up to the first other character.  Returns that, or NULL
 * if there is no digit or the number does not fit.
 */
static const char *
read_number(const char *text, bool negative, int64_t *number)
{
	const char *at = text;

	*number = 0;
	for (; *at >= '0' && *at <= '9'; at++) {
		int64_t digit = negative ? '0' - *at : *at - '0';

		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, digit, number))
			return NULL;
	}
	return at == text ? NULL : at;
}

static json_t *
int_from_text(const char *text)
{
	bool negative = *text == '-';
	int64_t number;
	const char *end = read_number(text + negative, negative, &number);

	return end == NULL || *end != '\0' ? NULL : json_integer(number);
}

/* "65536", "64K", "1M", "2G". */
static json_t *
size_from_text(const char *text)
{
	static const char units[] = "KMG";
	int64_t number;
	const char *end = read_number(text, false, &number);
	const char *unit;

	if (end == NULL)
		return NULL;
	if (*end == '\0')
		return json_integer(number);
	unit = strchr(units, *end >= 'a' ? *end - 'a' + 'A' : *end);
	if (unit == NULL || end[1] != '\0')
		return NULL;
	for (const char *at = units; at <= unit; at++)
		if (__builtin_mul_overflow(number, 1024, &number))
			return NULL;
	return json_integer(number);
}

static json_t *
bool_from_text(const char *text)
{
	for (size_t i = 0; i < sizeof(bool_words) / sizeof(*bool_words); i++)
		if (ascii_casecmp(text, bool_words[i].text) == 0)
			return json_boolean(bool_words[i].value);
	return NULL;
}

/* Comma-separated; spaces around a member and empty members do not count. */
static json_t *
list_from_text(const char *text)
{
	json_t *list = json_array();

	while (*text != '\0') {
		size_t len = strcspn(text, ",");
		const char *next = text + len + (text[len] == ',');

		for (; len > 0 && *text == ' '; len--)
			text++;
		while (len > 0 && text[len - 1] == ' ')
			len--;
		/* Fails if the member is not UTF-8. */
		if (len > 0 &&
		    json_array_append_new(list, json_stringn(text, len)) != 0) {
			json_decref(list);
			return NULL;
		}
		text = next;
	}
	return list;
}

/* The text in the JSON of the row's type, bounds not yet looked at. */
static json_t *
read_text(const struct option_row *row, const char *text)
{
	json_t *value;

	if (row->nullable && strcmp(text, "null") == 0)
		return json_null();
	switch (row->type) {
	case OPTION_INT:
		return int_from_text(text);
	case OPTION_SIZE:
		return size_from_text(text);
	case OPTION_BOOL:
		return bool_from_text(text);
	case OPTION_LIST:
		return list_from_text(text);
	case OPTION_BOOL_OR_STRING:
		value = bool_from_text(text);
		return value != NULL ? value : json_string(text);
	case OPTION_STRING_OR_FALSE:
		return json_string(strcmp(text, "false") == 0 ? "" : text);
	case OPTION_STRING:
		return json_string(text);
	}
	return NULL;
}

static json_t *
bounded(const struct option_row *row, const json_t *given)
{
	json_int_t number = json_integer_value(given);

	if (!json_is_integer(given) || number < row->min || number > row->max)
		return NULL;
	return json_integer(number);
}

static json_t *
size_from_json(const struct option_row *row, const json_t *given)
{
	json_t *read, *value;

	if (!json_is_string(given))
		return bounded(row, given);
	read = size_from_text(json_string_value(given));
	value = bounded(row, read);
	json_decref(read);
	return value;
}

/*
 * A string, with nothing in it that could break a header or a log line in two.
 * A secret may be any text.
 */
static json_t *
clean_string(const struct option_row *row, const json_t *given)
{
	const char *text = json_string_value(given);

	if (text == NULL)
		return NULL;
	for (const char *at = text; *at != '\0' && !row->secret; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7F)
			return NULL;
	return json_string(text);
}

static json_t *
list_from_json(const struct option_row *row, const json_t *given)
{
	json_t *list = json_array();

	if (json_is_string(given) && json_string_length(given) > 0 &&
	    json_array_append_new(list, clean_string(row, given)) != 0)
		goto fail;
	if (!json_is_string(given) && !json_is_array(given))
		goto fail;
	/* A string has no members: the loop is for an array only. */
	for (size_t i = 0; i < json_array_size(given); i++) {
		const json_t *member = json_array_get(given, i);

		if (json_array_append_new(list, clean_string(row, member)) != 0)
			goto fail;
	}
	return list;

fail:
	json_decref(list);
	return NULL;
}

json_t *
option_value_from_json(const struct option_row *row, const json_t *given)
{
	if (json_is_null(given))
		return row->nullable ? json_null() : NULL;
	switch (row->type) {
	case OPTION_INT:
		return bounded(row, given);
	case OPTION_SIZE:
		return size_from_json(row, given);
	case OPTION_BOOL:
		if (json_is_boolean(given))
			return json_boolean(json_is_true(given));
		return NULL;
	case OPTION_LIST:
		return list_from_json(row, given);
	case OPTION_BOOL_OR_STRING:
		if (json_is_boolean(given))
			return json_boolean(json_is_true(given));
		if (json_is_string(given) && json_string_length(given) == 0)
			return json_false();
		return clean_string(row, given);
	case OPTION_STRING_OR_FALSE:
		if (json_is_false(given))
			return json_string("");
		return clean_string(row, given);
	case OPTION_STRING:
		return clean_string(row, given);
	}
	return NULL;
}

json_t *
option_value_from_text(const struct option_row *row, const char *text)
{
	json_t *read = read_text(row, text), *value = NULL;

	if (read != NULL)
		value = option_value_from_json(row, read);
	json_decref(read);
	return value;
}
