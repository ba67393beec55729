#include "runtime/base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN (_Alignof(max_align_t))
#define BLOCK_SIZE ((size_t)8192)

struct arena_block {
	struct arena_block *older;
	size_t used_before; /* in all older blocks, the first one included */
	char *older_at, *older_end;
	_Alignas(max_align_t) char memory[];
};

void
arena_init(struct arena *arena, void *memory, size_t size)
{
	uintptr_t skip = (ALIGN - (uintptr_t)memory % ALIGN) % ALIGN;

	if (skip > size)
		skip = size;
	arena->first = (char *)memory + skip;
	arena->first_end = (char *)memory + size;
	arena->at = arena->first;
	arena->end = arena->first_end;
	arena->blocks = NULL;
	arena->used = 0;
}

static char *
block_start(const struct arena *arena)
{
	return arena->blocks != NULL ? arena->blocks->memory : arena->first;
}

static void
drop_block(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	arena->blocks = block->older;
	arena->at = block->older_at;
	arena->end = block->older_end;
	arena->used = block->used_before -
	    (size_t)(arena->at - block_start(arena));
	free(block);
}

void
arena_clear(struct arena *arena)
{
	while (arena->blocks != NULL)
		drop_block(arena);
	arena->at = arena->first;
}

static int
add_block(struct arena *arena, size_t size)
{
	size_t want = size > BLOCK_SIZE ? size : BLOCK_SIZE;
	struct arena_block *block;

	block = malloc(sizeof(*block) + want);
	if (block == NULL)
		return -1;
	block->used_before = arena_mark(arena);
	block->older = arena->blocks;
	block->older_at = arena->at;
	block->older_end = arena->end;
	arena->used = block->used_before;
	arena->blocks = block;
	arena->at = block->memory;
	arena->end = block->memory + want;
	return 0;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	void *memory;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (size > (size_t)(arena->end - arena->at) &&
	    add_block(arena, size) < 0)
		return NULL;
	memory = arena->at;
	arena->at += size;
	return memory;
}

char *
arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

size_t
arena_mark(const struct arena *arena)
{
	return arena->used + (size_t)(arena->at - block_start(arena));
}

void
arena_rewind(struct arena *arena, size_t mark)
{
	while (arena->blocks != NULL && arena->blocks->used_before > mark)
		drop_block(arena);
	if (mark >= arena->used)
		arena->at = block_start(arena) + (mark - arena->used);
}
