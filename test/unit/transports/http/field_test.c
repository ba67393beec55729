#include "transports/http/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "runtime/base/alloc.h"

static void
finds_members_of_a_list(void **state)
{
	static const struct {
		const char *list;
		bool has; /* no-transform */
	} rows[] = {
		{ "no-transform", true },
		{ "No-Transform", true },
		{ "max-age=5, no-transform", true },
		{ "max-age=5,no-transform ,private", true },
		{ " \tno-transform\t,", true },
		{ ",,no-transform,,", true },
		{ "", false },
		{ " , ,", false },
		{ "no-transforms", false },
		{ "not-no-transform", false },
		{ "no-transform=1", false },
		{ "no-transform x", false },
		{ "no-store", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *list = xstrdup(rows[i].list);

		if (field_list_has(list, "no-transform") != rows[i].has)
			fail_msg("\"%s\"", list);
		free(list);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_members_of_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
