/* The checked rows of a service: kinds, and specs of the size we know. */
#ifndef RUNTIME_SERVICE_ROWS_H
#define RUNTIME_SERVICE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include <tomodachi/abi.h>

#include "runtime/base/error.h"
#include "runtime/service/transport.h"

struct row {
	const struct row_kind *kind;
	void *spec; /* padded with zeros, or its unknown tail cut off */
};

struct rows {
	struct row *list;
	size_t count;
};

/*
 * Copies the specs of the handler table (NULL is an empty one) and has each
 * checked by its kind.  Returns 0, or -1 with a line that begins with name and
 * says which row it is; *rows is to be cleared either way.
 */
int rows_read(struct rows *rows, const struct tomo_handler *handlers,
    const char *name, struct error *err);
void rows_clear(struct rows *rows);

/* Whether memory[from..to) is zero: a tail that nobody filled in. */
bool rows_tail_is_zero(const void *memory, size_t from, size_t to);

#endif
