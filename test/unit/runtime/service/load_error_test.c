#include "runtime/service/load_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What the loader says of the private copy, and what we say of the original. */
static const struct {
	const char *text, *want;
} rows[] = {
	{ "/tmp/t/a.7.so: undefined symbol: tomo_x",
	    "a.so: needs tomo_x(), which this runner does not have: use a newer "
	    "runner" },
	{ "/tmp/t/a.7.so: undefined symbol: foo",
	    "a.so: needs foo(): link with the library that has it" },
	{ "/tmp/t/a.7.so: undefined symbol: foo, version FOO_2.0",
	    "a.so: needs foo(): link with the library that has it" },
	{ "/tmp/t/a.7.so: undefined symbol: _ZN3foo3barEv",
	    "a.so: needs _ZN3foo3barEv: link with the library that has it" },
	{ "/usr/lib/libb.so.1: undefined symbol: bar",
	    "a.so: its library /usr/lib/libb.so.1 needs bar, which nothing has" },
	{ "libfoo.so.1: cannot open shared object file: No such file or "
	  "directory",
	    "a.so: needs libfoo.so.1, which is not installed" },
	{ "libfoo.so.1: cannot open shared object file: Permission denied",
	    "a.so: needs libfoo.so.1, which cannot be opened: Permission "
	    "denied" },
	{ "/tmp/t/a.7.so: cannot open shared object file: Permission denied",
	    "a.so: cannot open shared object file: Permission denied" },
	{ "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.99' not found "
	  "(required by /tmp/t/a.7.so)",
	    "a.so: needs GLIBC_2.99 of libc.so.6, which is older here: build it "
	    "on this system" },
	{ "/tmp/t/a.7.so: failed to map segment from shared object",
	    "a.so: failed to map segment from shared object" },
	{ "something else", "a.so: something else" },
	{ NULL, "a.so: cannot be loaded" },
};

static void
explains_what_the_loader_says(void **state)
{
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    load_error_set(&err, rows[i].text, "/tmp/t/a.7.so", "a.so"),
		    -1);
		assert_string_equal(err.text, rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explains_what_the_loader_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
