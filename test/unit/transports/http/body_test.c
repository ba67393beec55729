#include "transports/http/body.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define KIB ((size_t)1024)

static void
add(struct body *body, size_t count, size_t piece)
{
	char data[64 * 1024 + 1];

	while (count > 0) {
		const size_t len = count < piece ? count : piece;

		for (size_t i = 0; i < len; i++)
			data[i] = (char)((body->size + i) % 251);
		assert_int_equal(body_add(body, data, len), 0);
		count -= len;
	}
}

static void
is_whole(struct body *body, size_t size)
{
	struct tomo_bytes bytes;

	assert_int_equal(body_end(body), 0);
	bytes = body_bytes(body);
	assert_int_equal(bytes.size, size);
	for (size_t i = 0; i < size; i++)
		if (((const char *)bytes.data)[i] != (char)(i % 251))
			fail_msg("byte %zu differs", i);
}

static size_t
file_size(const struct body *body)
{
	struct stat status;

	assert_int_equal(fstat(body->file, &status), 0);
	return (size_t)status.st_size;
}

static void
a_body_comes_back_whole_from_memory_and_file(void **state)
{
	static const size_t sizes[] = { 0, 1, 4096, 10000, 10001, 100000,
		300001 };
	static const size_t pieces[] = { 1, 4095, 64 * 1024, 64 * 1024 + 1 };
	struct body_memory all = {
		.each_max = 10000, .total_max = 1 << 20, .files_max = UINT64_MAX
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]);
		     k++) {
			struct body body;

			body_init(&body, &all);
			add(&body, sizes[i], pieces[k]);
			assert_int_equal(body.file >= 0, sizes[i] > 10000);
			assert_true(all.total <= 64 * KIB);
			is_whole(&body, sizes[i]);
			assert_true(body.file < 0 || all.total == 0);
			body_clear(&body);
			assert_int_equal(all.total, 0);
		}
}

static void
small_pieces_are_written_together(void **state)
{
	struct body_memory all = {
		.each_max = KIB, .total_max = 1 << 20, .files_max = UINT64_MAX
	};
	struct body body;

	(void)state;
	body_init(&body, &all);
	add(&body, 60 * KIB, 1);
	assert_int_equal(file_size(&body), KIB);
	add(&body, 10 * KIB, 1);
	assert_int_equal(file_size(&body), 65 * KIB);
	is_whole(&body, 70 * KIB);
	body_clear(&body);
}

static void
past_the_memory_of_all_a_body_goes_to_its_file(void **state)
{
	struct body_memory all = { .each_max = 64 * KIB,
		.total_max = 100 * KIB,
		.files_max = UINT64_MAX };
	struct body first, second, third;

	(void)state;
	body_init(&first, &all);
	body_init(&second, &all);
	body_init(&third, &all);
	add(&first, 50 * KIB, KIB);
	add(&second, 50 * KIB, KIB);
	add(&third, 50 * KIB, KIB);
	assert_true(first.file < 0 && second.file >= 0 && third.file >= 0);
	assert_true(all.total <= all.total_max);
	is_whole(&first, 50 * KIB);
	is_whole(&second, 50 * KIB);
	is_whole(&third, 50 * KIB);
	body_clear(&first);
	body_clear(&second);
	body_clear(&third);
	assert_int_equal(all.total, 0);
}

static void
no_memory_at_all_is_enough(void **state)
{
	struct body_memory all = { .files_max = UINT64_MAX };
	struct body body;

	(void)state;
	body_init(&body, &all);
	add(&body, 1000, 10);
	assert_int_equal(file_size(&body), 1000);
	is_whole(&body, 1000);
	body_clear(&body);
}

static void
the_files_of_all_together_have_a_bound(void **state)
{
	struct body_memory all = { .files_max = 1000 };
	struct body first, second;

	(void)state;
	body_init(&first, &all);
	body_init(&second, &all);
	add(&first, 600, 60);
	add(&second, 400, 400);
	assert_int_equal(body_add(&second, "x", 1), -1);
	assert_int_equal(errno, EDQUOT);
	is_whole(&first, 600);
	body_clear(&first);
	body_clear(&second);
	assert_int_equal(all.files, 0);
	add(&second, 1000, 10);
	body_clear(&second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_comes_back_whole_from_memory_and_file),
		cmocka_unit_test(small_pieces_are_written_together),
		cmocka_unit_test(
		    past_the_memory_of_all_a_body_goes_to_its_file),
		cmocka_unit_test(no_memory_at_all_is_enough),
		cmocka_unit_test(the_files_of_all_together_have_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
