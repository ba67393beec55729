#include "transports/http/cookie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/buffer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
finds_the_first_cookie_of_a_name(void **state)
{
	static const struct {
		const char *header, *value; /* of "a"; NULL: none */
	} rows[] = {
		{ "a=1", "1" },
		{ "a=1; b=2", "1" },
		{ "b=2; a=1", "1" },
		{ "b=2;a=1", "1" },
		{ "b=2;  a=1  ; c=3", "1" },
		{ "a=1; a=2", "1" },
		{ "a=", "" },
		{ "a", NULL },
		{ "a; a=1", "1" },
		{ "A=1", NULL },
		{ "aa=1; xa=2", NULL },
		{ "a = 1", "1" },
		{ "a=\"1\"", "1" },
		{ "a=\"\"", "" },
		{ "a=\"", "\"" },
		{ "a=\"1", "\"1" },
		{ "a=b\"1\"", "b\"1\"" },
		{ "a=b=c", "b=c" },
		{ "a=x y,z", "x y,z" },
		{ "a=\xc3\xa5", "\xc3\xa5" },
		{ "a=%20", "%20" },
		{ "=1; a=2", "2" },
		{ ";;;a=1;;", "1" },
		{ ";", NULL },
		{ "", NULL },
		{ " ", NULL },
		{ "$Version=1; a=1; $Path=/", "1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *header = strdup(rows[i].header);
		size_t len = 0;
		const char *value = cookie_find(header, "a", &len);

		if ((value == NULL) != (rows[i].value == NULL) ||
		    (value != NULL &&
			(len != strlen(rows[i].value) ||
			    memcmp(value, rows[i].value, len) != 0)))
			fail_msg("%s: %.*s", rows[i].header, (int)len,
			    value != NULL ? value : "");
		free(header);
	}
}

static void
writes_the_attributes_there_are(void **state)
{
	static const struct {
		struct tomo_http_cookie cookie;
		const char *text;
	} rows[] = {
		{ { 0 }, "a=1" },
		{ { .path = "/x y" }, "a=1; Path=/x y" },
		{ { .domain = "example.org" }, "a=1; Domain=example.org" },
		{ { .max_age = 60 }, "a=1; Max-Age=60" },
		{ { .max_age = TOMO_COOKIE_EXPIRED },
		    "a=1; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT" },
		{ { .max_age = TOMO_COOKIE_EXPIRED, .expires = 99 },
		    "a=1; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT" },
		{ { .expires = 1795460400 },
		    "a=1; Expires=Mon, 23 Nov 2026 19:00:00 GMT" },
		{ { .secure = 1, .http_only = 1 }, "a=1; Secure; HttpOnly" },
		{ { .same_site = TOMO_SAMESITE_STRICT },
		    "a=1; SameSite=Strict" },
		{ { .same_site = TOMO_SAMESITE_LAX }, "a=1; SameSite=Lax" },
		{ { .secure = 1,
		      .same_site = TOMO_SAMESITE_NONE,
		      .partitioned = 1 },
		    "a=1; Secure; SameSite=None; Partitioned" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buffer out = { 0 };
		struct error err;

		assert_int_equal(
		    cookie_write(&out, "a", "1", &rows[i].cookie, &err), 0);
		buffer_add(&out, "", 1);
		assert_string_equal(buffer_data(&out), rows[i].text);
		buffer_clear(&out);
	}
}

static void
refuses_what_a_client_would_not_take(void **state)
{
	static const struct {
		const char *name, *value;
		struct tomo_http_cookie cookie;
	} rows[] = {
		{ "", "1", { 0 } },
		{ "a b", "1", { 0 } },
		{ "a=", "1", { 0 } },
		{ "\xc3\xa5", "1", { 0 } },
		{ "a", "b c", { 0 } },
		{ "a", "b;c", { 0 } },
		{ "a", "b,c", { 0 } },
		{ "a", "\"b\"", { 0 } },
		{ "a", "b\\c", { 0 } },
		{ "a", "b\r\nX: y", { 0 } },
		{ "a", "\xc3\xa5", { 0 } },
		{ "a", "1", { .path = "x" } },
		{ "a", "1", { .path = "" } },
		{ "a", "1", { .path = "/;Secure" } },
		{ "a", "1", { .path = "/\n" } },
		{ "a", "1", { .domain = "" } },
		{ "a", "1", { .domain = "a;b" } },
		{ "a", "1", { .max_age = -2 } },
		{ "a", "1", { .expires = -1 } },
		{ "a", "1", { .expires = INT64_MAX } },
		{ "a", "1", { .same_site = 4 } },
		{ "a", "1", { .same_site = TOMO_SAMESITE_NONE } },
		{ "a", "1", { .partitioned = 1 } },
		{ "__Secure-a", "1", { 0 } },
		{ "__Host-a", "1", { .secure = 1 } },
		{ "__host-a", "1", { .secure = 1, .path = "/x" } },
		{ "__Host-a", "1",
		    { .secure = 1, .path = "/", .domain = "x" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buffer out = { 0 };
		struct error err = { "" };

		if (cookie_write(&out, rows[i].name, rows[i].value,
			&rows[i].cookie, &err) == 0)
			fail_msg("%zu: %s=%s", i, rows[i].name, rows[i].value);
		assert_string_not_equal(err.text, "");
		assert_int_equal(buffer_len(&out), 0);
	}
}

static void
takes_what_the_prefixes_promise(void **state)
{
	const struct tomo_http_cookie cookie = { .secure = 1, .path = "/" };
	struct buffer out = { 0 };
	struct error err;

	(void)state;
	assert_int_equal(cookie_write(&out, "__Host-a", "1", &cookie, &err), 0);
	assert_int_equal(
	    cookie_write(&out, "__Secure-a", "", &cookie, &err), 0);
	buffer_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_first_cookie_of_a_name),
		cmocka_unit_test(writes_the_attributes_there_are),
		cmocka_unit_test(refuses_what_a_client_would_not_take),
		cmocka_unit_test(takes_what_the_prefixes_promise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
