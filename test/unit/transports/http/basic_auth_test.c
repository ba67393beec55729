#include "transports/http/basic_auth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *value, *name;
} values[] = {
	{ "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin" },
	{ "basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin" },
	{ "BASIC  QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin" },
	{ "Basic YTo=", "a" },     /* a: */
	{ "Basic YTpi", "a" },     /* a:b */
	{ "Basic YTpiOmM=", "a" }, /* a:b:c */
	{ "Basic YWI6", "ab" },    /* ab: */
	{ "Basic w6k6eA==", "\xc3\xa9" },
	{ "Basic Pz8/Pj4+Og==",
	    "??"
	    "?>>>" },
	{ "Basic OnB3", "" }, /* :pw */
	{ "Basic Og==", "" }, /* : */
	{ "Basic YWI=", "" }, /* ab, no colon */
	{ "", "" }, { "Basic", "" }, { "Basic ", "" }, { "BasicYTpi", "" },
	{ "Bearer YTpi", "" }, { "Basic YTp", "" }, /* cut short */
	{ "Basic YTo", "" },                        /* without padding */
	{ "Basic YTo=YTo=", "" },                   /* padding in the middle */
	{ "Basic YTpi====", "" }, { "Basic YTp=", "" }, /* spare bits set */
	{ "Basic YWI6YTpiYR==", "" },                   /* likewise */
	{ "Basic =Tpi", "" }, { "Basic Y===", "" }, { "Basic YT=i", "" },
	{ "Basic YT pi", "" }, { "Basic YTpi\n", "" },
	{ "Basic YTpi YTpi", "" },
	{ "Basic Pz8_Pj4-Og==", "" }, /* the alphabet of URLs */
	{ "Basic YQA6Yg==", "" },     /* a NUL in the name */
	{ "Basic YQo6Yg==", "" },     /* a newline in the name */
	{ "Basic YTpiCg==", "" },     /* a newline in the password */
	{ "Basic YX86Yg==", "" },     /* DEL */
};

static void
finds_the_user_of_a_well_formed_value_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char *value = strdup(values[i].value);
		char *out = malloc(32);

		assert_true(value != NULL && out != NULL);
		memset(out, 'x', 32);
		if (basic_auth_user(value, out, 32) != strlen(values[i].name))
			fail_msg("%s", value);
		assert_string_equal(out, values[i].name);
		free(out);
		free(value);
	}
}

static void
refuses_a_name_that_does_not_fit(void **state)
{
	static const char value[] = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";

	(void)state;
	for (size_t size = 0; size < 10; size++) {
		char *out = malloc(size > 0 ? size : 1);

		assert_non_null(out);
		assert_int_equal(basic_auth_user(value, out, size),
		    size >= sizeof("Aladdin") ? 7 : 0);
		if (size > 0)
			assert_string_equal(
			    out, size >= sizeof("Aladdin") ? "Aladdin" : "");
		free(out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_user_of_a_well_formed_value_alone),
		cmocka_unit_test(refuses_a_name_that_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
