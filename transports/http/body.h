/*
 * A request's body: in memory up to a bound, then in a temporary file without
 * a name.
 */
#ifndef TRANSPORTS_HTTP_BODY_H
#define TRANSPORTS_HTTP_BODY_H

#include <stddef.h>
#include <stdint.h>

#include <tomodachi/abi.h>

/* What all bodies together have in memory and in files. */
struct body_memory {
	uint64_t each_max, total_max;
	uint64_t files_max;
	uint64_t total, files;
};

struct body {
	struct body_memory *all;
	char *memory; /* the body; or what is yet to be written to its file */
	size_t held, room;
	uint64_t size;
	uint64_t filed; /* as all->files counts it */
	int file;       /* -1: all is in memory */
	void *mapped;
};

/* all must outlive the body. */
void body_init(struct body *body, struct body_memory *all);
void body_clear(struct body *body);

/*
 * Adds data; past the bound of one body or of all it goes to a file in $TMPDIR
 * or /tmp, small pieces together.  Returns 0, or -1 with errno: EDQUOT when the
 * files of all would become too large, or why it cannot be written, or that
 * there is no memory.
 */
int body_add(struct body *body, const char *data, size_t len);

/* Where the files are: $TMPDIR or /tmp. */
const char *body_folder(void);

/* Nothing more is added: writes what is left.  As body_add(). */
int body_end(struct body *body);

/* The whole body, once it has ended; a file is mapped.  data is NULL when that
 * fails. */
struct tomo_bytes body_bytes(struct body *body);

#endif
