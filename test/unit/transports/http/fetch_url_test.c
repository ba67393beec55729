#include "transports/http/fetch_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transports/net/curl_library.h"

static const struct curl_library *curl;

static int
open_curl(void **state)
{
	(void)state;
	curl = curl_library_open(NULL);
	return curl == NULL ? -1 : 0;
}

static void
labels_what_it_accepts_without_secrets(void **state)
{
	static const struct {
		const char *url, *label;
	} rows[] = {
		{ "http://a", "http://a/" },
		{ "HTTP://a/b?c=d#e", "http://a/b" },
		{ "https://joe:secret@a:8443/b?token=x", "https://a:8443/b" },
		{ "http://[::1]:80/", "http://[::1]:80/" },
	};
	char label[QUOTE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    fetch_url_check(curl, rows[i].url, label, NULL), 0);
		assert_string_equal(label, rows[i].label);
	}
}

static void
takes_user_and_password_out(void **state)
{
	static const struct {
		const char *url, *left;
	} rows[] = {
		{ "http://a", "http://a" },
		{ "HTTP://a/b?c=@d#e", "HTTP://a/b?c=@d#e" },
		{ "https://joe:secret@a:8443/b?c=d", "https://a:8443/b?c=d" },
		{ "http://joe@a/@b", "http://a/@b" },
		{ "http://:secret@a/", "http://a/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *left = fetch_url_without_user(curl, rows[i].url);

		assert_string_equal(left, rows[i].left);
		free(left);
	}
}

static void
refuses_what_is_no_web_url(void **state)
{
	static const char *const urls[] = { "", "a", "//a", "ftp://a/",
		"file:///etc/passwd", "http://", "http://a b/", "http://a\r\n/",
		"http://a:65536/", "http://[::1/", "javascript:1" };
	char label[QUOTE_MAX];
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		err.text[0] = '\0';
		assert_int_equal(
		    fetch_url_check(curl, urls[i], label, &err), -1);
		assert_string_not_equal(err.text, "");
		assert_string_equal(label, "");
	}
}

static void
resolves_a_location_against_its_url(void **state)
{
	static const struct {
		const char *url, *location, *want;
	} rows[] = {
		{ "http://a/b/c?d", "e", "http://a/b/e" },
		{ "http://a/b/c?d", "/e?f", "http://a/e?f" },
		{ "http://a/b/c?d", "?f", "http://a/b/c?f" },
		{ "http://a/b/c#x", "../e", "http://a/e" },
		{ "https://a/b", "//c/d", "https://c/d" },
		{ "https://a/b", "http://c:81/d", "http://c:81/d" },
		{ "http://a/", "/b c", "http://a/b%20c" },
		{ "http://a/", "http://b/c d", "http://b/c%20d" },
		{ "http://a/", "/\xc3\xa9", "http://a/%c3%a9" },
		{ "http://a/", "http://b\r\n/", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *got = fetch_url_resolve(
		    curl, rows[i].url, rows[i].location);

		if (rows[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, rows[i].want);
		free(got);
	}
}

static void
an_origin_is_scheme_host_and_port(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "http://a/", "http://a:80/b?c", true },
		{ "https://A/", "https://a:443/", true },
		{ "http://x:y@a/", "http://a/", true },
		{ "http://a/", "https://a/", false },
		{ "http://a/", "http://a:81/", false },
		{ "http://a/", "http://b.a/", false },
		{ "http://a/", "http://a./", false },
		{ "http://a/", "nonsense", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    fetch_url_is_same_origin(curl, rows[i].a, rows[i].b),
		    rows[i].same);
		assert_int_equal(
		    fetch_url_is_same_origin(curl, rows[i].b, rows[i].a),
		    rows[i].same);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_what_it_accepts_without_secrets),
		cmocka_unit_test(takes_user_and_password_out),
		cmocka_unit_test(refuses_what_is_no_web_url),
		cmocka_unit_test(resolves_a_location_against_its_url),
		cmocka_unit_test(an_origin_is_scheme_host_and_port),
	};

	return cmocka_run_group_tests(tests, open_curl, NULL);
}
