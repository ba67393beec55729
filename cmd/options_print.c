#include "cmd/options_print.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/option_words.h"

enum { KEY, TYPE, DEFAULT, VALUE, FROM, HELP, COLUMNS };

#define WIDTH_MAX 44 /* a longer cell pushes the rest of its line aside */

static const char *const titles[COLUMNS] = { "KEY", "TYPE", "DEFAULT", "VALUE",
	"FROM", "MEANING" };

/* What is written, where to, and how wide the columns are. */
struct printer {
	const struct options *options;
	FILE *to;
	size_t widths[COLUMNS];
	json_t *list;
};

/* The value as JSON text, on the heap. */
static char *
value_text(const struct options *options, const struct option_row *row)
{
	json_t *value;
	char *text;

	if (row->secret && !options_is_null(options, row->key))
		return xstrdup("(secret)");
	value = options_json(options, row->key);
	text = json_dumps(value, JSON_ENCODE_ANY);
	json_decref(value);
	return text;
}

static size_t
width(const char *cell)
{
	size_t columns = 0;

	for (; *cell != '\0'; cell++)
		columns += ((unsigned char)*cell & 0xC0) != 0x80;
	return columns;
}

static void
print_cells(struct printer *printer, const char *const cells[COLUMNS])
{
	for (size_t i = 0; i < HELP; i++) {
		size_t used = width(cells[i]);
		int pad = used < printer->widths[i]
		    ? (int)(printer->widths[i] - used)
		    : 0;

		fprintf(printer->to, "%s%*s  ", cells[i], pad, "");
	}
	fprintf(printer->to, "%s\n", cells[HELP]);
}

static void
widen(struct printer *printer, const char *const cells[COLUMNS])
{
	for (size_t i = 0; i < HELP; i++) {
		size_t wanted = width(cells[i]);

		if (wanted > printer->widths[i] && wanted <= WIDTH_MAX)
			printer->widths[i] = wanted;
	}
}

/* Calls use() with the cells of one option. */
static void
with_cells(struct printer *printer, const struct option_row *row,
    void (*use)(struct printer *printer, const char *const cells[COLUMNS]))
{
	char type[64], *value = value_text(printer->options, row);
	const char *const cells[COLUMNS] = {
		[KEY] = row->key,
		[TYPE] = option_type_name(row, type, sizeof(type)),
		[DEFAULT] = row->fallback,
		[VALUE] = value,
		[FROM] = options_origin(printer->options, row->key),
		[HELP] = row->help,
	};

	use(printer, cells);
	free(value);
}

static void
widen_by(void *arg, const struct option_row *row)
{
	with_cells(arg, row, widen);
}

static void
print_row(void *arg, const struct option_row *row)
{
	with_cells(arg, row, print_cells);
}

static bool
has_bounds(const struct option_row *row)
{
	return row->type == OPTION_INT || row->type == OPTION_SIZE;
}

static void
add_object(void *arg, const struct option_row *row)
{
	struct printer *printer = arg;
	json_t *object = json_object();
	char type[64];

	json_object_set_new(object, "key", json_string(row->key));
	json_object_set_new(object, "type",
	    json_string(option_type_name(row, type, sizeof(type))));
	if (has_bounds(row)) {
		json_object_set_new(object, "min", json_integer(row->min));
		json_object_set_new(object, "max", json_integer(row->max));
	}
	json_object_set_new(object, "default",
	    json_loads(row->fallback, JSON_DECODE_ANY, NULL));
	if (row->secret)
		json_object_set_new(object, "secret", json_true());
	else
		json_object_set_new(
		    object, "value", options_json(printer->options, row->key));
	json_object_set_new(object, "origin",
	    json_string(options_origin(printer->options, row->key)));
	json_object_set_new(object, "help", json_string(row->help));
	json_array_append_new(printer->list, object);
}

static void
print_json(struct printer *printer)
{
	printer->list = json_array();
	options_each(printer->options, add_object, printer);
	json_dumpf(printer->list, printer->to, JSON_INDENT(2));
	fputc('\n', printer->to);
	json_decref(printer->list);
}

static void
print_markdown_row(void *arg, const struct option_row *row)
{
	struct printer *printer = arg;
	char type[64];

	fprintf(printer->to, "| `%s` | %s", row->key,
	    option_type_name(row, type, sizeof(type)));
	if (has_bounds(row))
		fprintf(printer->to, " | %" PRId64 " to %" PRId64, row->min,
		    row->max);
	else
		fprintf(printer->to, " | ");
	fprintf(printer->to, " | `%s` | %s |\n", row->fallback, row->help);
}

void
options_print(
    const struct options *options, enum options_format format, FILE *to)
{
	struct printer printer = { .options = options, .to = to };

	switch (format) {
	case OPTIONS_TEXT:
		widen(&printer, titles);
		options_each(options, widen_by, &printer);
		print_cells(&printer, titles);
		options_each(options, print_row, &printer);
		return;
	case OPTIONS_JSON:
		print_json(&printer);
		return;
	case OPTIONS_MARKDOWN:
		fprintf(to,
		    "| key | type | bounds | default | meaning |\n"
		    "| --- | --- | --- | --- | --- |\n");
		options_each(options, print_markdown_row, &printer);
		return;
	}
}
