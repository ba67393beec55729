#include "transports/http/redirect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *location, *want; /* NULL: refused */
} rows[] = {
	/* What is a reference already stays as it is. */
	{ "/orders/7", "/orders/7" },
	{ "../up?a=b&c=%20#there", "../up?a=b&c=%20#there" },
	{ "https://u:p@example.org:8443/~a/(b)*'!$,;=",
	    "https://u:p@example.org:8443/~a/(b)*'!$,;=" },
	{ "http://[::1]:80/", "http://[::1]:80/" },
	{ "//host/path", "//host/path" },
	{ "?page=2", "?page=2" },
	/* What none has is encoded. */
	{ "/a b", "/a%20b" },
	{ "/sm\xc3\xb6rg\xc3\xa5s", "/sm%C3%B6rg%C3%A5s" },
	{ "/<\"{|}^`>", "/%3C%22%7B%7C%7D%5E%60%3E" },
	{ "/\\evil.org", "/%5Cevil.org" },
	/* A percent sign that begins no pair. */
	{ "/100%", "/100%25" },
	{ "/%2", "/%252" },
	{ "/%zz", "/%25zz" },
	{ "/%%41", "/%25%41" },
	/* Nothing to go to, or more than one header. */
	{ "", NULL },
	{ "/a\r\nSet-Cookie: b=c", NULL },
	{ "/a\nb", NULL },
	{ "/a\tb", NULL },
	{ "/a\x7f", NULL },
};

/* From and into buffers of exactly the size that is needed. */
static void
a_location_is_made_fit_for_its_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *location = strdup(rows[i].location);
		char *out = malloc(REDIRECT_GROWTH * strlen(location) + 1);
		const size_t len = redirect_location(location, out);

		if (rows[i].want == NULL) {
			assert_int_equal(len, 0);
		} else {
			assert_string_equal(out, rows[i].want);
			assert_int_equal(len, strlen(out));
		}
		free(location);
		free(out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_location_is_made_fit_for_its_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
