/*
 * A 64-bit hash of contents, to tell whether they changed.  Not for passwords
 * and not against an adversary.
 */
#ifndef RUNTIME_BASE_HASH_H
#define RUNTIME_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash {
	uint64_t state, length;
	unsigned char tail[8]; /* bytes that make no whole word yet */
};

void hash_init(struct hash *hash);

/* The pieces in which the bytes come make no difference. */
void hash_add(struct hash *hash, const void *data, size_t len);

/* The hash of all that was added; more may be added afterwards. */
uint64_t hash_value(const struct hash *hash);

/*
 * The hash of a file's content.  Blocks while it is read.  Returns 0, or -1 if
 * it cannot be read or is no regular file.
 */
int hash_file(const char *path, uint64_t *value);

#endif
