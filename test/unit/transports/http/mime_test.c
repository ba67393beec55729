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

static void
knows_what_can_be_compressed(void **state)
{
	static const struct {
		const char *type;
		bool is;
	} rows[] = {
		{ "text/plain; charset=utf-8", true },
		{ "TEXT/HTML;charset=utf-8", true },
		{ "text/event-stream", true },
		{ "application/json", true },
		{ "application/problem+json; charset=utf-8", true },
		{ "image/svg+xml", true },
		{ "application/xml ", true },
		{ "text/javascript", true },
		{ "application/wasm", true },
		{ "application/xmlx", false },
		{ "application/jso", false },
		{ "application/x; a=application/json", false },
		{ "application/x; a=b+json", false },
		{ "image/png", false },
		{ "application/gzip", false },
		{ "application/octet-stream", false },
		{ "video/mp4", false },
		{ "multipart/byteranges; boundary=x", false },
		{ "text", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (mime_is_compressible(rows[i].type) != rows[i].is)
			fail_msg("\"%s\"", rows[i].type);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_type_of_a_name),
		cmocka_unit_test(knows_what_can_be_compressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
