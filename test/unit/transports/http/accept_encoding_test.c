#include "transports/http/accept_encoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/alloc.h"

#define BOTH (CODING_BIT(CODING_BR) | CODING_BIT(CODING_GZIP))

static enum coding
best(const char *value, unsigned offered)
{
	struct accept_encoding accepts;
	/* Of exactly its size, so that an over-read is seen. */
	char *text = xstrdup(value);

	accept_encoding_init(&accepts);
	accept_encoding_add(&accepts, text);
	free(text);
	return accept_encoding_best(&accepts, offered);
}

static const struct {
	const char *value;
	enum coding best;
} rows[] = {
	{ "gzip, deflate, br", CODING_BR },
	{ "gzip, deflate, br, zstd", CODING_BR },
	{ "gzip", CODING_GZIP },
	{ "GZIP", CODING_GZIP },
	{ "x-gzip", CODING_GZIP },
	{ "br", CODING_BR },
	{ "*", CODING_BR },
	{ "deflate", CODING_IDENTITY },
	{ "identity", CODING_IDENTITY },
	{ "", CODING_IDENTITY },
	/* Weights. */
	{ "gzip;q=1.0, br;q=0.9", CODING_GZIP },
	{ "gzip;q=0.8,br;q=0.8", CODING_BR },
	{ "br;q=0.001", CODING_BR },
	{ "br;q=0, gzip", CODING_GZIP },
	{ "br;q=0.000, gzip;q=0", CODING_IDENTITY },
	{ "gzip ; Q=0.5\t, br ;q=0.4 ", CODING_GZIP },
	{ "gzip;q=1.,br;q=0.999", CODING_GZIP },
	/* Those that are not named. */
	{ "*;q=0.5, gzip;q=0.4", CODING_BR },
	{ "*;q=0", CODING_IDENTITY },
	{ "br;q=0, *", CODING_GZIP },
	{ "gzip;q=0.5, *;q=0", CODING_GZIP },
	/* The content as it is. */
	{ "identity, gzip;q=0.5", CODING_IDENTITY },
	{ "identity;q=0.5, gzip", CODING_GZIP },
	{ "identity, gzip", CODING_GZIP },
	{ "gzip;q=0.5, br;q=0.5, *", CODING_IDENTITY },
	{ "identity;q=0", CODING_IDENTITY },
	{ "identity;q=0, gzip;q=0.1", CODING_GZIP },
	/* Malformed elements are as if they were not there. */
	{ "br;q=2, gzip", CODING_GZIP },
	{ "br;q=1.001, gzip", CODING_GZIP },
	{ "br;q=0.5555, gzip;q=0.1", CODING_GZIP },
	{ "br;q=-1, gzip", CODING_GZIP },
	{ "br;q=, gzip", CODING_GZIP },
	{ "br;q, gzip", CODING_GZIP },
	{ "br;, gzip", CODING_GZIP },
	{ "br;level=1, gzip", CODING_GZIP },
	{ "br;q=1;q=1, gzip", CODING_GZIP },
	{ "br gzip, gzip", CODING_GZIP },
	{ ",, ,br,,", CODING_BR },
	{ ";q=1, ;, gzip", CODING_GZIP },
	{ "brotli, gzipped, gzi", CODING_IDENTITY },
};

static void
prefers_what_the_client_likes_best(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (best(rows[i].value, BOTH) != rows[i].best)
			fail_msg("\"%s\": %s", rows[i].value,
			    coding_name(best(rows[i].value, BOTH)));
}

static void
keeps_to_what_is_offered(void **state)
{
	(void)state;
	assert_int_equal(
	    best("br, gzip;q=0.5", CODING_BIT(CODING_GZIP)), CODING_GZIP);
	assert_int_equal(best("gzip", CODING_BIT(CODING_BR)), CODING_IDENTITY);
	assert_int_equal(best("br, gzip", 0), CODING_IDENTITY);
}

static void
takes_several_headers_as_one(void **state)
{
	struct accept_encoding accepts;

	(void)state;
	accept_encoding_init(&accepts);
	assert_int_equal(accept_encoding_best(&accepts, BOTH), CODING_IDENTITY);
	accept_encoding_add(&accepts, "gzip;q=0.5");
	accept_encoding_add(&accepts, "br;q=0.4");
	assert_int_equal(accept_encoding_best(&accepts, BOTH), CODING_GZIP);
	accept_encoding_add(&accepts, "gzip;q=0");
	assert_int_equal(accept_encoding_best(&accepts, BOTH), CODING_BR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefers_what_the_client_likes_best),
		cmocka_unit_test(keeps_to_what_is_offered),
		cmocka_unit_test(takes_several_headers_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
