#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void
hashes_a_file_as_its_bytes(void **state)
{
	char path[] = "/tmp/hash_test.XXXXXX";
	const int fd = mkstemp(path);
	uint64_t value;

	(void)state;
	assert_int_equal(write(fd, "hello, file", 11), 11);
	close(fd);
	assert_int_equal(hash_file(path, &value), 0);
	assert_true(value == hash_of("hello, file", 11));
	unlink(path);
	assert_int_equal(hash_file(path, &value), -1);
	/* It would never end. */
	assert_int_equal(hash_file("/dev/zero", &value), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_not_depend_on_the_pieces),
		cmocka_unit_test(tells_every_changed_bit_apart),
		cmocka_unit_test(tells_lengths_of_zeros_apart),
		cmocka_unit_test(tells_swapped_words_apart),
		cmocka_unit_test(hashes_a_file_as_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
