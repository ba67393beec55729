#include "transports/net/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char tmp[] = "/tmp/tls_context_test-XXXXXX";

#define REQ "openssl req -x509 -nodes -days 2 -subj /CN=localhost"
#define EC " -newkey ec -pkeyopt ec_paramgen_curve:P-256"

static const char make_files[] =
    "{ cd '%s' && " REQ EC " -keyout key.pem -out cert.pem && " REQ EC
    " -keyout other.pem -out /dev/null && " REQ
    " -newkey rsa:1024 -keyout weak.key -out weak.pem &&"
    " openssl ec -aes128 -passout pass:secret -in key.pem -out locked.pem &&"
    " echo nonsense >nonsense.pem && : >empty.pem; } >/dev/null 2>&1";

static int
set_up(void **state)
{
	char command[1000];

	(void)state;
	if (mkdtemp(tmp) == NULL)
		return -1;
	snprintf(command, sizeof(command), make_files, tmp);
	return system(command);
}

static int
tear_down(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", tmp);
	return system(command);
}

static void
takes_a_certificate_and_its_key(void **state)
{
	char cert[100], key[100];
	struct tls_context *context;
	struct error err;

	(void)state;
	snprintf(cert, sizeof(cert), "%s/cert.pem", tmp);
	snprintf(key, sizeof(key), "%s/key.pem", tmp);
	context = tls_context_new(cert, key, &err);
	assert_non_null(context);
	tls_context_free(context);
}

static void
names_the_file_that_cannot_be_used(void **state)
{
	static const struct {
		const char *cert, *key, *want;
	} rows[] = {
		{ "no.pem", "key.pem",
		    "certificate %s/no.pem: No such file or directory" },
		{ "cert.pem", "no.pem",
		    "key %s/no.pem: No such file or directory" },
		{ "empty.pem", "key.pem",
		    "certificate %s/empty.pem: no start line" },
		{ "nonsense.pem", "key.pem",
		    "certificate %s/nonsense.pem: no start line" },
		{ "cert.pem", "nonsense.pem",
		    "key %s/nonsense.pem: holds no private key in PEM" },
		{ "cert.pem", "cert.pem",
		    "key %s/cert.pem: holds no private key in PEM" },
		{ "cert.pem", "other.pem",
		    "key %s/other.pem: key values mismatch" },
		{ "cert.pem", "locked.pem",
		    "key %s/locked.pem: is encrypted, want one without a "
		    "password" },
		{ "weak.pem", "weak.key",
		    "certificate %s/weak.pem: ee key too small" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char cert[100], key[100], want[200];
		struct error err;

		snprintf(cert, sizeof(cert), "%s/%s", tmp, rows[i].cert);
		snprintf(key, sizeof(key), "%s/%s", tmp, rows[i].key);
		snprintf(want, sizeof(want), rows[i].want, tmp);
		assert_null(tls_context_new(cert, key, &err));
		assert_string_equal(err.text, want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_certificate_and_its_key),
		cmocka_unit_test(names_the_file_that_cannot_be_used),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
