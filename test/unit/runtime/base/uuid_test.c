#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/uuid.h"

static void
looks_as_the_rfc_says(void **state)
{
	char uuid[UUID_SIZE], other[UUID_SIZE];

	(void)state;
	uuid_make(uuid);
	uuid_make(other);
	assert_int_equal(strlen(uuid), 36);
	assert_int_equal(strspn(uuid, "0123456789abcdef-"), 36);
	assert_int_equal(uuid[14], '4');
	assert_non_null(strchr("89ab", uuid[19]));
	for (size_t i = 8; i < 24; i += 5)
		assert_int_equal(uuid[i], '-');
	assert_string_not_equal(uuid, other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_as_the_rfc_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
