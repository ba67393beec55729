#include "runtime/service/module.h"

#define PCRE2_CODE_UNIT_WIDTH 8

#include <ctype.h>
#include <jansson.h>
#include <pcre2.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/service/transport.h"
#include "transports/schedule/schedule.h"

/* ---- A transport that refuses what the real one would ---- */

static int
check_http(const void *rows_spec, struct error *err)
{
	const struct tomo_http_spec *spec = rows_spec;
	PCRE2_SIZE at;
	char why[120];
	int code;

	if (spec->methods == NULL || spec->methods[0] == '\0')
		return error_set(err, "no method");
	if (spec->pattern == NULL || spec->pattern[0] == '\0')
		return error_set(err, "no pattern");
	pcre2_code *made = pcre2_compile((PCRE2_SPTR)spec->pattern,
	    PCRE2_ZERO_TERMINATED, 0, &code, &at, NULL);

	if (made == NULL) {
		pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof(why));
		return error_set(
		    err, "pattern \"%s\": %s at %zu", spec->pattern, why, at);
	}
	pcre2_code_free(made);
	return 0;
}

static const char *
http_function(const void *spec)
{
	return ((const struct tomo_http_spec *)spec)->function;
}

/* Longer than the service's: what a later runner has. */
struct later_error_spec {
	struct tomo_http_error_spec known;
	uint64_t later;
};

static const struct row_kind kinds[] = {
	{ .kind = TOMO_KIND_HTTP,
	    .name = "TOMO_HTTP",
	    .spec_size = sizeof(struct tomo_http_spec),
	    .check = check_http,
	    .function = http_function },
	{ .kind = TOMO_KIND_HTTP_ERROR,
	    .name = "TOMO_HTTP_ERROR",
	    .spec_size = sizeof(struct later_error_spec) },
	{ .kind = 0 },
};
static const struct transport nothing = { .name = "nothing" };
static const struct transport http = { .name = "http", .kinds = kinds };
static const struct transport *const list[] = { &nothing, &http,
	&schedule_transport, NULL };

/* ---- Files ---- */

/* Where the fixtures are: they were built beside this program. */
static const char *
fixture(const char *file)
{
	static char path[4096];
	const char *build = getenv("BUILD");

	snprintf(path, sizeof(path), "%s/test/services/%s",
	    build == NULL ? "build" : build, file);
	return path;
}

/* Whether line is want, in which {n} is a number and {machine} this one. */
static bool
matches(const char *want, const char *line)
{
	struct utsname system;

	uname(&system);
	while (*want != '\0') {
		size_t len = strlen(system.machine);

		if (strncmp(want, "{n}", 3) == 0 && isdigit(*line)) {
			while (isdigit(*line))
				line++;
			want += 3;
		} else if (strncmp(want, "{machine}", 9) == 0 &&
		    strncmp(line, system.machine, len) == 0) {
			line += len;
			want += 9;
		} else if (*want++ != *line++) {
			return false;
		}
	}
	return *line == '\0';
}

static bool
is_refused_with(const char *file, const char *reason)
{
	struct module *module;
	struct error err = { "" };
	char want[1024];

	snprintf(want, sizeof(want), "the/original.so: %s", reason);
	module = module_open(fixture(file), "the/original.so", &err);
	if (module == NULL && matches(want, err.text))
		return true;
	print_error("%s:\n  want %s\n  got  %s\n", file, want,
	    module == NULL ? err.text : "(no refusal)");
	module_close(module);
	return false;
}

/* ---- Tests ---- */

static void
refuses_each_bad_file_with_its_line(void **state)
{
	json_t *table = json_load_file("test/services/refusals.json", 0, NULL);
	json_t *row;
	size_t i, bad = 0;

	(void)state;
	assert_true(json_array_size(table) > 30);
	json_array_foreach(table, i, row)
	{
		const char *file = json_string_value(json_array_get(row, 0));
		const char *line = json_string_value(json_array_get(row, 1));

		/* It would crash us: see below. */
		if (strcmp(file, "crashing_constructor.so") != 0 &&
		    !is_refused_with(file, line))
			bad++;
	}
	json_decref(table);
	assert_int_equal(bad, 0);
}

static void
names_the_signal_of_a_crash_in_a_constructor(void **state)
{
	const struct rlimit none = { 0, 0 };
	struct error err;
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &none);
		/* Cmocka and sanitizers have handlers of their own. */
		signal(SIGSEGV, SIG_DFL);
		module_open(fixture("crashing_constructor.so"), "x", NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	module_crashed("a.so", WTERMSIG(status), &err);
	assert_string_equal(err.text,
	    "a.so: crashed while it was loaded (SIGSEGV in a constructor)");
	module_crashed("a.so", 40, &err);
	assert_string_equal(err.text,
	    "a.so: crashed while it was loaded "
	    "(signal 40 in a constructor)");
}

static void
gives_the_rows_of_a_good_file(void **state)
{
	struct error err = { "" };
	struct module *module = module_open(
	    fixture("good.so"), "good.so", &err);
	const struct tomo_http_spec *route;
	const struct later_error_spec *page;
	const struct row_kind *kind;

	(void)state;
	assert_string_equal(err.text, "");
	assert_string_equal(module_service(module)->name, "good");
	assert_int_equal(module_rows(module), 3);
	route = module_spec(module, 1, &kind);
	assert_ptr_equal(kind, &kinds[0]);
	assert_string_equal(route->methods, "GET POST");
	assert_int_equal(route->timeout_ms, 1500);
	page = module_spec(module, 2, &kind);
	assert_ptr_equal(kind, &kinds[1]);
	assert_int_equal(page->known.status, 404);
	/* What the service never heard of reads as zero. */
	assert_int_equal(page->later, 0);
	assert_string_equal(module_clash(module), "");
	module_close(module);
}

static void
loads_a_file_named_without_a_slash(void **state)
{
	struct error err = { "" };
	char *home = getcwd(NULL, 0);
	struct module *module;

	(void)state;
	assert_int_equal(chdir(fixture(".")), 0);
	module = module_open("good.so", "good.so", &err);
	assert_int_equal(chdir(home), 0);
	assert_string_equal(err.text, "");
	module_close(module);
	free(home);
}

static void
finds_the_runtime_of_a_cxx_service(void **state)
{
	struct error err = { "" };
	struct module *module = module_open(
	    fixture("good_cxx.so"), "cxx.so", &err);

	(void)state;
	assert_string_equal(err.text, "");
	assert_non_null(module_cxa_get_globals(module));
	assert_non_null(module_cxa_get_globals(module)());
	module_close(module);
}

static void
accepts_what_is_harmless(void **state)
{
	static const char *const files[] = { "newer_zero_tail.so",
		"own_json_name.so", "good_cxx.so" };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct error err = { "" };
		struct module *module = module_open(
		    fixture(files[i]), files[i], &err);

		assert_string_equal(err.text, "");
		assert_non_null(module);
		module_close(module);
	}
}

static int
handler(struct tomo_call *call)
{
	(void)call;
	return 0;
}

static const struct tomo_handler bad[] = { TOMO_HTTP("GET", "/", handler),
	TOMO_HTTP("GET", "", handler), { .kind = 0 } };

static void
checks_a_descriptor_of_the_runner_itself(void **state)
{
	struct tomo_service service = { .size = sizeof(service),
		.abi = TOMO_ABI,
		.name = "own",
		.start = handler };
	struct error err = { "" };
	struct module *module = module_from(&service, &err);

	(void)state;
	assert_non_null(module);
	assert_int_equal(module_rows(module), 0);
	assert_ptr_equal(module_service(module)->start, handler);
	assert_null(module_cxa_get_globals(module));
	module_close(module);

	service.handlers = bad;
	assert_null(module_from(&service, &err));
	assert_string_equal(err.text,
	    "built-in service: row 2 (TOMO_HTTP handler): no pattern");
}

static void
reads_a_spec_that_is_shorter_than_ours(void **state)
{
	/* Up to .function, and rubbish after it that is not the spec's. */
	static const struct tomo_http_spec spec = {
		.size = offsetof(struct tomo_http_spec, ignore_logging),
		.methods = "GET",
		.pattern = "/",
		.fn = handler,
		.function = "handler",
		.timeout_ms = 77
	};
	static const struct tomo_handler rows[] = {
		{ .kind = TOMO_KIND_HTTP, .spec = &spec }, { .kind = 0 }
	};
	const struct tomo_service service = { .size = sizeof(service),
		.abi = TOMO_ABI,
		.name = "own",
		.handlers = rows };
	struct module *module = module_from(&service, NULL);
	const struct tomo_http_spec *read = module_spec(module, 0, NULL);

	(void)state;
	assert_ptr_equal(read->fn, handler);
	assert_int_equal(read->timeout_ms, 0);
	module_close(module);
}

static void
knows_no_kind_without_transports(void **state)
{
	(void)state;
	assert_ptr_equal(transport_row_kind(TOMO_KIND_HTTP), &kinds[0]);
	assert_null(transport_row_kind(0));
	assert_null(transport_row_kind(77));
	transports = NULL;
	assert_null(transport_row_kind(TOMO_KIND_HTTP));
	transports = list;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_each_bad_file_with_its_line),
		cmocka_unit_test(names_the_signal_of_a_crash_in_a_constructor),
		cmocka_unit_test(gives_the_rows_of_a_good_file),
		cmocka_unit_test(loads_a_file_named_without_a_slash),
		cmocka_unit_test(finds_the_runtime_of_a_cxx_service),
		cmocka_unit_test(accepts_what_is_harmless),
		cmocka_unit_test(checks_a_descriptor_of_the_runner_itself),
		cmocka_unit_test(reads_a_spec_that_is_shorter_than_ours),
		cmocka_unit_test(knows_no_kind_without_transports),
	};

	transports = list;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
