/*
 * A request's body: in memory up to a bound, then in a temporary file without
 * a name.
 */
#ifndef TRANSPORTS_HTTP_BODY_H
#define TRANSPORTS_HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tomodachi/abi.h>

#include "runtime/base/buffer.h"

struct body {
	struct buffer memory;
	uint64_t size;
	int file; /* -1: all is in memory */
	void *mapped;
};

void body_init(struct body *body);
void body_clear(struct body *body);

/*
 * Adds data; past memory_max bytes all goes to a file in $TMPDIR or /tmp.
 * Returns 0, or -1 with errno set when that cannot be written.
 */
int body_add(
    struct body *body, const char *data, size_t len, uint64_t memory_max);

/* The whole body; a file is mapped.  data is NULL when that fails. */
struct tomo_bytes body_bytes(struct body *body);

#endif
