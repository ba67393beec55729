/*
 * Memory that ends together.  The first block is the owner's, so that a small
 * call costs no malloc; further ones come from the heap.
 */
#ifndef RUNTIME_BASE_ARENA_H
#define RUNTIME_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	char *at, *end;
	char *first, *first_end;
	struct arena_block *blocks; /* newest first */
	size_t used;                /* of blocks before the newest */
};

/* Starts with memory[0..size), which must outlive the arena. */
void arena_init(struct arena *arena, void *memory, size_t size);

/* Frees all; the arena is as after arena_init(). */
void arena_clear(struct arena *arena);

/* Aligned bytes, not zeroed, or NULL when there is no memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of text[0..len) and a NUL, or NULL when there is no memory. */
char *arena_strndup(struct arena *arena, const char *text, size_t len);

/* A position to which arena_rewind() gives back what came since. */
size_t arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, size_t mark);

#endif
