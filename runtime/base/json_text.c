#include "runtime/base/json_text.h"

#include <stdint.h>

/* Where a reader stands. */
struct place {
	unsigned depth, line, column;
	bool in_string, escaped;
};

static void
step_in_string(struct place *place, char c)
{
	if (place->escaped)
		place->escaped = false;
	else if (c == '\\')
		place->escaped = true;
	else if (c == '"')
		place->in_string = false;
}

static void
step(struct place *place, char c)
{
	/* A column is a character, of however many bytes. */
	if (((unsigned char)c & 0xc0) != 0x80)
		place->column++;
	if (place->in_string) {
		step_in_string(place, c);
		return;
	}
	switch (c) {
	case '"':
		place->in_string = true;
		return;
	case '[':
	case '{':
		place->depth++;
		return;
	case ']':
	case '}':
		place->depth -= place->depth > 0;
		return;
	case '\n':
		place->line++;
		place->column = 0;
		return;
	default:
		return;
	}
}

/*
 * Up to the first fault, where Jansson stops, this counts what it would; what
 * follows is never read.
 */
static bool
is_too_deep(const char *text, size_t len, struct place *place)
{
	*place = (struct place) { .line = 1 };
	for (size_t i = 0; i < len; i++) {
		step(place, text[i]);
		if (place->depth > JSON_TEXT_DEPTH)
			return true;
	}
	return false;
}

json_t *
json_text_read(const char *text, size_t len, struct error *err)
{
	struct place place;
	json_error_t fault;
	json_t *value;

	if (is_too_deep(text, len, &place)) {
		error_set(err, "line %u, column %u: nested too deep",
		    place.line, place.column);
		return NULL;
	}
	value = json_loadb(
	    text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
	if (value == NULL)
		error_set(err, "line %d, column %d: %s", fault.line,
		    fault.column, fault.text);
	return value;
}

/* left: how many levels it may have. */
static bool
has_more_levels(const json_t *value, unsigned left)
{
	const char *key;
	json_t *member;
	size_t i;

	if (!json_is_array(value) && !json_is_object(value))
		return false;
	if (left == 0)
		return true;
	json_array_foreach(value, i,
	    member) if (has_more_levels(member, left - 1)) return true;
	/* It takes one that may be changed, but changes nothing. */
	json_object_foreach((json_t *)(uintptr_t)value, key,
	    member) if (has_more_levels(member, left - 1)) return true;
	return false;
}

bool
json_text_is_too_deep(const json_t *value)
{
	return has_more_levels(value, JSON_TEXT_DEPTH);
}
