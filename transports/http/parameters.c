#include "transports/http/parameters.h"

#include <string.h>

#include "runtime/base/ascii.h"

static void
skip_blanks(const char **at, const char *end)
{
	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
}

size_t
parameters_start(const char **at, const char *end)
{
	const char *start = *at;
	const char *stop = memchr(start, ';', (size_t)(end - start));

	*at = stop != NULL ? stop : end;
	for (stop = *at; stop > start; stop--)
		if (stop[-1] != ' ' && stop[-1] != '\t')
			break;
	return (size_t)(stop - start);
}

static bool
is_escape(const char *at, const char *end)
{
	return end - at >= 2 && at[0] == '\\' &&
	    (at[1] == '"' || at[1] == '\\');
}

/* The closing quote of what begins at at, or NULL. */
static const char *
quote_end(const char *at, const char *end)
{
	while (at < end && *at != '"')
		at += is_escape(at, end) ? 2 : 1;
	return at < end ? at : NULL;
}

static int
take_value(const char **at, const char *end, struct parameter *parameter)
{
	const char *stop;

	if (*at < end && **at == '"') {
		parameter->value = ++*at;
		stop = quote_end(*at, end);
		if (stop == NULL)
			return -1;
		parameter->value_len = (size_t)(stop - *at);
		*at = stop + 1;
		return 1;
	}
	parameter->value = *at;
	while (*at < end && strchr("; \t\"", **at) == NULL)
		(*at)++;
	parameter->value_len = (size_t)(*at - parameter->value);
	return parameter->value_len > 0 ? 1 : -1;
}

int
parameters_next(const char **at, const char *end, struct parameter *parameter)
{
	const char *equals;

	skip_blanks(at, end);
	if (*at < end && **at != ';')
		return -1;
	while (*at < end && **at == ';') {
		(*at)++;
		skip_blanks(at, end);
	}
	if (*at == end)
		return 0;
	equals = memchr(*at, '=', (size_t)(end - *at));
	if (equals == NULL || equals == *at)
		return -1;
	parameter->name = *at;
	parameter->name_len = (size_t)(equals - *at);
	*at = equals + 1;
	return take_value(at, end, parameter);
}

bool
parameter_is(const struct parameter *parameter, const char *name)
{
	return parameter->name_len == strlen(name) &&
	    ascii_ncasecmp(parameter->name, name, parameter->name_len) == 0;
}

size_t
parameter_unescape(const struct parameter *parameter, char *out)
{
	const char *at = parameter->value, *end = at + parameter->value_len;
	size_t len = 0;

	while (at < end) {
		if (is_escape(at, end)) {
			out[len++] = at[1];
			at += 2;
		} else if (end - at >= 3 && memcmp(at, "%22", 3) == 0) {
			out[len++] = '"';
			at += 3;
		} else {
			out[len++] = *at++;
		}
	}
	out[len] = '\0';
	return len;
}
