#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/process/maps.h"

static void
finds_the_file_and_where_it_begins(void **state)
{
	static char text[] =
	    "1000-2000 r--p 00000000 08:01 11    /tmp/a b.so.1\n"
	    "2000-3000 r-xp 00001000 08:01 11    /tmp/a b.so.1\n"
	    "3000-4000 rw-p 00000000 00:00 0 \n"
	    "4000-5000 rw-p 00000000 00:00 0     [heap]\n"
	    "garbage\n"
	    "5000-6000 r-xp 00000000 00:01 9     /memfd:a.so (deleted)\n";
	FILE *file = fmemopen(text, strlen(text), "r");
	struct maps *maps = maps_read(file);
	uintptr_t base = 0;

	(void)state;
	assert_string_equal(maps_find(maps, 0x2fff, &base), "/tmp/a b.so.1");
	assert_int_equal(base, 0x1000);
	assert_string_equal(
	    maps_find(maps, 0x5000, &base), "/memfd:a.so (deleted)");
	assert_int_equal(base, 0x5000);
	assert_null(maps_find(maps, 0x3000, &base));
	assert_null(maps_find(maps, 0x4000, &base));
	assert_null(maps_find(maps, 0, &base));
	maps_free(maps);
	fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_file_and_where_it_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
