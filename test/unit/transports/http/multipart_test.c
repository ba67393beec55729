#include "transports/http/multipart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tomodachi/abi.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FORM "multipart/form-data; boundary=b"
#define NAMED(name) "Content-Disposition: form-data; name=\"" name "\"\r\n"

static void
show(char *text, size_t size, const struct multipart_part *part)
{
	const size_t used = strlen(text);

	snprintf(text + used, size - used, "[%.*s|%s%.*s|%.*s|%.*s]",
	    (int)part->name.value_len, part->name.value,
	    part->filename.value != NULL ? "=" : "",
	    (int)part->filename.value_len,
	    part->filename.value != NULL ? part->filename.value : "",
	    (int)part->type_len, part->type != NULL ? part->type : "",
	    (int)part->size, part->data);
}

/* All parts of body, from memory of its exact size; the last code. */
static int
read_all(
    const char *type, const char *body, size_t len, char *text, size_t size)
{
	char *copy = malloc(len > 0 ? len : 1);
	struct multipart multipart;
	struct multipart_part part;
	int code;

	memcpy(copy, body, len);
	text[0] = '\0';
	code = multipart_start(&multipart, type, copy, len);
	if (code == 0)
		while ((code = multipart_next(&multipart, &part)) == 1)
			show(text, size, &part);
	assert_true((code < 0) == (multipart.fault != NULL));
	free(copy);
	return code;
}

static void
finds_parts_names_files_and_types(void **state)
{
	static const struct {
		const char *body, *parts;
	} rows[] = {
		{ "--b--\r\n", "" },
		{ "--b--", "" },
		{ "--b\r\n" NAMED("a") "\r\n1\r\n--b--\r\n", "[a|||1]" },
		{ "--b\r\n" NAMED("a") "\r\n\r\n--b--\r\n", "[a|||]" },
		{ "--b\r\n" NAMED("a") "\r\n--b--\r\n", "[a|||]" },
		{ "\r\n--b\r\n" NAMED("a") "\r\n1\r\n--b--", "[a|||1]" },
		{ "preamble\r\n--b\r\n" NAMED("a") "\r\n1\r\n--b--\r\nmore",
		    "[a|||1]" },
		{ "--b \t\r\n" NAMED("a") "\r\n1\r\n--b \r\n" NAMED(
		      "c") "\r\n2\r\n--b-- \r\n",
		    "[a|||1][c|||2]" },
		{ "--b\r\n" NAMED("a") "\r\n\r\n--bb\r\n\r\n--b--\r\n",
		    "[a|||\r\n--bb\r\n]" },
		{ "--b\r\n" NAMED("a") "\r\n1\r\n--b--x\r\n--b-\r\n--b--\r\n",
		    "[a|||1\r\n--b--x\r\n--b-]" },
		{ "--b\r\n" NAMED("a") "\r\n1\n--b\n--b--\r\n--b--\r\n",
		    "[a|||1\n--b\n--b--]" },
		{ "--b\r\nContent-Disposition: form-data; name=\"f\"; "
		  "filename=\"x.txt\"\r\nContent-Type: text/csv\r\n\r\n"
		  "1,2\r\n\r\n--b--\r\n",
		    "[f|=x.txt|text/csv|1,2\r\n]" },
		{ "--b\r\nContent-Disposition: form-data; name=f; "
		  "filename=\"\"\r\n\r\n\r\n--b--\r\n",
		    "[f|=||]" },
		{ "--b\r\ncontent-type:text/x\r\nX: y\r\n"
		  "CONTENT-DISPOSITION:FORM-DATA;NAME=a;;x=y;\r\n\r\n1\r\n"
		  "--b--\r\n",
		    "[a||text/x|1]" },
		{ "--b\r\nContent-Disposition: form-data; name=\"f\"; "
		  "filename=\"a\\\"b\\c.txt\"; filename*=UTF-8''z\r\n\r\n\r\n"
		  "--b--\r\n",
		    "[f|=a\\\"b\\c.txt||]" },
		{ "--b\r\n" NAMED("a") "Content-Transfer-Encoding: 8BIT\r\n"
				       "\r\n1\r\n--b--\r\n",
		    "[a|||1]" },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (read_all(FORM, rows[i].body, strlen(rows[i].body), text,
			sizeof(text)) != 0)
			fail_msg("%s", rows[i].body);
		assert_string_equal(text, rows[i].parts);
	}
}

static void
refuses_what_is_malformed_or_cut_anywhere(void **state)
{
	static const char *const rows[] = {
		"",
		"--b",
		"--c\r\n" NAMED("a") "\r\n1\r\n--c--\r\n",
		"--b\n" NAMED("a") "\r\n1\r\n--b--\r\n",
		"--b\r\n",
		"--b\r\n\r\n1\r\n--b--\r\n",
		"--b\r\n" NAMED("a") "1\r\n--b--\r\n",
		"--b\r\n" NAMED("a") NAMED("b") "\r\n1\r\n--b--\r\n",
		"--b\r\n" NAMED("a") "\r\n1\n--b--\n",
		"--b\r\n" NAMED("a") "\n1\r\n--b--\r\n",
		"--b\r\n" NAMED("a") " x: y\r\n\r\n1\r\n--b--\r\n",
		"--b\r\n" NAMED("a") "no colon\r\n\r\n1\r\n--b--\r\n",
		"--b\r\n" NAMED("a") ": y\r\n\r\n1\r\n--b--\r\n",
		"--b\r\n" NAMED("a") "X: \1\r\n\r\n1\r\n--b--\r\n",
		"--b\r\n" NAMED("a\r") "\r\n1\r\n--b--\r\n",
		"--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--\r\n",
		"--b\r\nContent-Disposition: file; name=a\r\n\r\n1\r\n--b--\r\n",
		"--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n"
		"--b--\r\n",
		"--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n"
		"1\r\n--b--\r\n",
		"--b\r\nContent-Disposition: form-data; name=a b\r\n\r\n1\r\n"
		"--b--\r\n",
		"--b\r\n" NAMED("a") "Content-Transfer-Encoding: base64\r\n"
				     "\r\nMQ==\r\n--b--\r\n",
	};
	static const char whole[] = "--b\r\n" NAMED(
	    "a") "X: y\r\n\r\n1\r\n--b\r\n" NAMED("c") "\r\n2\r\n--b--";
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (read_all(FORM, rows[i], strlen(rows[i]), text,
			sizeof(text)) != TOMO_EINVAL)
			fail_msg("%s", rows[i]);
	for (size_t len = 0; len < sizeof(whole) - 1; len++)
		assert_int_equal(read_all(FORM, whole, len, text, sizeof(text)),
		    TOMO_EINVAL);
	assert_int_equal(
	    read_all(FORM, whole, sizeof(whole) - 1, text, sizeof(text)), 0);
}

static void
takes_boundaries_as_clients_send_them(void **state)
{
	static const struct {
		const char *type;
		int code;
	} rows[] = {
		{ FORM, 0 },
		{ "multipart/form-data;boundary=\"b\"", 0 },
		{ "multipart/form-data; charset=utf-8; BOUNDARY=b ;", 0 },
		{ "multipart/form-data", TOMO_EINVAL },
		{ "multipart/form-data; boundary", TOMO_EINVAL },
		{ "multipart/form-data; boundary=", TOMO_EINVAL },
		{ "multipart/form-data; boundary=\"\"", TOMO_EINVAL },
		{ "multipart/form-data; boundary=\"b", TOMO_EINVAL },
		{ "multipart/form-data; boundary=\"b \"", TOMO_EINVAL },
		{ "multipart/form-data; boundary=b*", TOMO_EINVAL },
		{ "multipart/form-data; boundary="
		  "0123456789012345678901234567890123456789012345678901234567"
		  "8901234567890",
		    TOMO_EINVAL },
	};
	static const char body[] = "--b\r\n" NAMED("a") "\r\n1\r\n--b--\r\n";
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (read_all(rows[i].type, body, sizeof(body) - 1, text,
			sizeof(text)) != rows[i].code)
			fail_msg("%s", rows[i].type);
}

/* count pieces between head and tail. */
static int
read_many(const char *head, const char *piece, size_t count, const char *tail)
{
	const size_t len = strlen(piece);
	char *body = malloc(strlen(head) + count * len + strlen(tail) + 1);
	char *at = stpcpy(body, head), text[65536];
	int code;

	while (count-- > 0)
		at = stpcpy(at, piece);
	strcpy(at, tail);
	code = read_all(FORM, body, strlen(body), text, sizeof(text));
	free(body);
	return code;
}

static void
bounds_parts_and_their_headers(void **state)
{
	static const char part[] = "\r\n--b\r\n" NAMED("a") "\r\n1";
	static const char head[] = "--b\r\n" NAMED("a");
	static const char tail[] = "\r\n1\r\n--b--";

	(void)state;
	assert_int_equal(read_many("", part, 1000, "\r\n--b--"), 0);
	assert_int_equal(read_many("", part, 1001, "\r\n--b--"), TOMO_ETOOBIG);
	assert_int_equal(read_many(head, "X: y\r\n", 15, tail), 0);
	assert_int_equal(read_many(head, "X: y\r\n", 16, tail), TOMO_ETOOBIG);
	assert_int_equal(read_many("--b\r\n" NAMED("a") "X:", "y", 8000,
			     "\r\n\r\n\r\n--b--"),
	    0);
	assert_int_equal(read_many("--b\r\n" NAMED("a") "X:", "y", 9000,
			     "\r\n\r\n\r\n--b--"),
	    TOMO_ETOOBIG);
}

static void
undoes_the_escapes_that_clients_use(void **state)
{
	static const struct {
		const char *raw, *text;
	} rows[] = {
		{ "a", "a" },
		{ "", "" },
		{ "a\\\"b", "a\"b" },
		{ "a\\\\b", "a\\b" },
		{ "C:\\dir\\x", "C:\\dir\\x" },
		{ "a%22b", "a\"b" },
		{ "a%0D%0Ab%2", "a%0D%0Ab%2" },
		{ "%2", "%2" },
		{ "\xc3\xa5", "\xc3\xa5" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct parameter parameter = { "x", rows[i].raw, 1,
			strlen(rows[i].raw) };
		char text[32];

		assert_int_equal(
		    parameter_unescape(&parameter, text), strlen(rows[i].text));
		assert_string_equal(text, rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_parts_names_files_and_types),
		cmocka_unit_test(refuses_what_is_malformed_or_cut_anywhere),
		cmocka_unit_test(takes_boundaries_as_clients_send_them),
		cmocka_unit_test(bounds_parts_and_their_headers),
		cmocka_unit_test(undoes_the_escapes_that_clients_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
