#include "transports/http/mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
knows_the_type_of_a_name(void **state)
{
	static const struct {
		const char *name, *type;
	} rows[] = {
		{ "a.txt", "text/plain" },
		{ "b.HTML", "text/html" },
		{ "sub.d/c.json", "application/json" },
		{ "x.3gp", "video/3gpp" },
		{ "x.zst", "application/zstd" },
		{ "m.min.js", "text/javascript" },
		{ "noext", "application/octet-stream" },
		{ "sub.txt/noext", "application/octet-stream" },
		{ ".txt", "application/octet-stream" },
		{ "a.", "application/octet-stream" },
		{ "a.unknown", "application/octet-stream" },
		{ "", "application/octet-stream" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(mime_type(rows[i].name), rows[i].type);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_type_of_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
