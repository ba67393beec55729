#include "runtime/base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
hands_out_aligned_memory_beyond_its_first_block(void **state)
{
	char first[64];
	struct arena arena;

	(void)state;
	arena_init(&arena, first, sizeof(first));
	for (size_t size = 1; size < 20000; size = size * 2 + 1) {
		char *memory = arena_alloc(&arena, size);

		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		memset(memory, 1, size);
	}
	arena_clear(&arena);
}

static void
rewinds_across_blocks_to_the_same_address(void **state)
{
	char first[64];
	struct arena arena;
	size_t mark;
	void *before, *after;

	(void)state;
	arena_init(&arena, first, sizeof(first));
	for (int depth = 0; depth < 3; depth++) {
		mark = arena_mark(&arena);
		before = arena_alloc(&arena, 16);
		arena_alloc(&arena, 9000);
		arena_alloc(&arena, 9000);
		arena_rewind(&arena, mark);
		assert_int_equal(arena_mark(&arena), mark);
		after = arena_alloc(&arena, 16);
		assert_ptr_equal(before, after);
	}
	arena_clear(&arena);
}

static void
refuses_a_size_that_would_wrap(void **state)
{
	struct arena arena;
	char first[64];

	(void)state;
	arena_init(&arena, first, sizeof(first));
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_null(arena_alloc(&arena, SIZE_MAX - 8));
	arena_clear(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    hands_out_aligned_memory_beyond_its_first_block),
		cmocka_unit_test(rewinds_across_blocks_to_the_same_address),
		cmocka_unit_test(refuses_a_size_that_would_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
