#include "runtime/service/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"

/* Past these a table has no terminator, and a spec no size of its own. */
#define MAX_ROWS 100000
#define MAX_SPEC 65536

bool
rows_tail_is_zero(const void *memory, size_t from, size_t to)
{
	const unsigned char *bytes = memory;

	for (size_t i = from; i < to; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/* "row 2 (TOMO_HTTP get_order)", as far as it is known. */
static void
label(char *text, size_t size, size_t number, const struct row *row)
{
	const char *function = NULL;

	if (row->spec != NULL && row->kind->function != NULL)
		function = row->kind->function(row->spec);
	snprintf(text, size, "row %zu (%s%s%.80s)", number, row->kind->name,
	    function == NULL ? "" : " ", function == NULL ? "" : function);
}

/* Copies the spec, of the size that the service knew, to the one we know. */
static int
copy_spec(struct row *row, const void *theirs, struct error *err)
{
	const size_t known = row->kind->spec_size;
	size_t size;

	if (theirs == NULL)
		return error_set(err, "no spec");
	memcpy(&size, theirs, sizeof(size));
	if (size < sizeof(size) || size > MAX_SPEC)
		return error_set(
		    err, "a spec of %zu bytes (known are %zu)", size, known);
	if (!rows_tail_is_zero(theirs, known, size))
		return error_set(err,
		    "uses something newer than this runner "
		    "(spec of %zu bytes, known are %zu): use a newer runner",
		    size, known);
	row->spec = xcalloc(1, known);
	memcpy(row->spec, theirs, size < known ? size : known);
	return 0;
}

static int
read_row(struct row *row, size_t number, const struct tomo_handler *handler,
    const char *name, struct error *err)
{
	struct error why = { "not possible" };
	char which[160];

	row->kind = transport_row_kind(handler->kind);
	if (row->kind == NULL)
		return error_set(err,
		    "%s: row %zu: kind %llu is unknown to "
		    "this runner: use a newer runner",
		    name, number, (unsigned long long)handler->kind);
	if (copy_spec(row, handler->spec, &why) == 0 &&
	    (row->kind->check == NULL ||
		row->kind->check(row->spec, &why) == 0))
		return 0;
	label(which, sizeof(which), number, row);
	return error_set(err, "%s: %s: %s", name, which, why.text);
}

int
rows_read(struct rows *rows, const struct tomo_handler *handlers,
    const char *name, struct error *err)
{
	size_t count = 0;

	while (handlers != NULL && handlers[count].kind != 0)
		if (++count > MAX_ROWS)
			return error_set(err,
			    "%s: more than %d rows: end the "
			    "handler table with a row of kind 0",
			    name, MAX_ROWS);
	rows->list = xcalloc(count + 1, sizeof(*rows->list));
	rows->count = count;
	for (size_t i = 0; i < count; i++)
		if (read_row(&rows->list[i], i + 1, &handlers[i], name, err) <
		    0)
			return -1;
	return 0;
}

void
rows_clear(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->list[i].spec);
	free(rows->list);
	rows->list = NULL;
	rows->count = 0;
}
