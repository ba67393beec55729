#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/log.h"
#include "runtime/watch/watch.h"
#include "test/unit/capture.h"

/* What the record says, from the message on. */
static void
expect(const struct watch_change *changes, size_t n, const char *want)
{
	struct capture capture;
	const int file = capture_file();

	log_setup(LOG_LOGFMT, TOMO_LOG_INFO);
	capture_begin(&capture, STDERR_FILENO, file);
	watch_log_changes(changes, n);
	capture_end(&capture);
	char *text = capture_text(file);
	if (strstr(text, want) == NULL)
		print_error("got: %s", text);
	assert_non_null(strstr(text, want));
	free(text);
	close(file);
}

static void
names_the_files_of_each_kind(void **state)
{
	static const struct watch_change changes[] = {
		{ WATCH_ADDED, "/a/b.so", "b.so", 1 },
		{ WATCH_UPDATED, "/a/c.so", "c.so", 1 },
		{ WATCH_ADDED, "/a/d/e.so", "d/e.so", 1 },
	};

	(void)state;
	expect(changes, 3, "added=\"b.so, d/e.so\" updated=c.so\n");
}

static void
names_ten_files_at_most(void **state)
{
	struct watch_change changes[12];

	(void)state;
	for (size_t i = 0; i < 12; i++)
		changes[i] = (struct watch_change) { WATCH_REMOVED, "/a", "a",
			0 };
	expect(changes, 12,
	    "removed=\"a, a, a, a, a, a, a, a, a, a and 2 more\"\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_files_of_each_kind),
		cmocka_unit_test(names_ten_files_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
