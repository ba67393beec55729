#include "runtime/base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const known[] = { "http.port", "http.host", "amqp.port",
	"http.keepalive_timeout", NULL };

static void
finds_the_word_that_was_meant(void **state)
{
	static const struct {
		const char *word, *best;
		size_t distance;
	} rows[] = {
		{ "http.port", "http.port", 0 },
		{ "htp.port", "http.port", 1 },
		{ "http.prot", "http.port", 1 }, /* a swap counts once */
		{ "amqp.prt", "amqp.port", 1 },
		{ "http.keepalive", "http.keepalive_timeout", 8 },
		{ "", "http.port", 9 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nearest nearest;

		nearest_init(&nearest, rows[i].word);
		for (size_t k = 0; known[k] != NULL; k++)
			nearest_offer(&nearest, known[k]);
		assert_string_equal(nearest.best, rows[i].best);
		assert_int_equal(nearest.distance, rows[i].distance);
	}
}

static void
compares_the_first_bytes_of_long_words(void **state)
{
	char word[5000];
	struct nearest nearest;

	(void)state;
	memset(word, 'x', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	nearest_init(&nearest, word);
	assert_string_equal(nearest.best, "");
	nearest_offer(&nearest, word);
	assert_int_equal(nearest.distance, 0);
	assert_int_equal(strlen(nearest.best), NEAREST_MAX);
	nearest_offer(&nearest, "y");
	assert_int_equal(strlen(nearest.best), NEAREST_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_word_that_was_meant),
		cmocka_unit_test(compares_the_first_bytes_of_long_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
