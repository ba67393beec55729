#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/hash.h"

static uint64_t
hash_of(const void *data, size_t len)
{
	struct hash hash;

	hash_init(&hash);
	hash_add(&hash, data, len);
	return hash_value(&hash);
}

static void
does_not_depend_on_the_pieces(void **state)
{
	unsigned char data[100];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 7);
	for (size_t len = 0; len <= sizeof(data); len++) {
		for (size_t piece = 1; piece < 20; piece++) {
			struct hash hash;

			hash_init(&hash);
			for (size_t at = 0; at < len; at += piece)
				hash_add(&hash, data + at,
				    len - at < piece ? len - at : piece);
			assert_true(hash_value(&hash) == hash_of(data, len));
		}
	}
}

static void
tells_every_changed_bit_apart(void **state)
{
	unsigned char data[40] = { 0 };
	const uint64_t before = hash_of(data, sizeof(data));

	(void)state;
	for (size_t bit = 0; bit < sizeof(data) * 8; bit++) {
		data[bit / 8] ^= (unsigned char)(1u << bit % 8);
		assert_true(hash_of(data, sizeof(data)) != before);
		data[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	assert_true(hash_of(data, sizeof(data)) == before);
}

static void
tells_lengths_of_zeros_apart(void **state)
{
	static const unsigned char zeros[64];
	uint64_t seen[64];

	(void)state;
	for (size_t len = 0; len < 64; len++) {
		seen[len] = hash_of(zeros, len);
		for (size_t other = 0; other < len; other++)
			assert_true(seen[other] != seen[len]);
	}
}

static void
tells_swapped_words_apart(void **state)
{
	(void)state;
	assert_true(
	    hash_of("aaaaaaaabbbbbbbb", 16) != hash_of("bbbbbbbbaaaaaaaa", 16));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_not_depend_on_the_pieces),
		cmocka_unit_test(tells_every_changed_bit_apart),
		cmocka_unit_test(tells_lengths_of_zeros_apart),
		cmocka_unit_test(tells_swapped_words_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
