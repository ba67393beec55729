#include "runtime/service/elf.h"

#define PCRE2_CODE_UNIT_WIDTH 8

#include <elf.h>
#include <fcntl.h>
#include <jansson.h>
#include <pcre2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A fixture in memory, to be damaged. */
struct bytes {
	unsigned char *data;
	size_t size;
};

static const char *
fixture(const char *file)
{
	static char path[4096];
	const char *build = getenv("BUILD");

	snprintf(path, sizeof(path), "%s/test/services/%s",
	    build == NULL ? "build" : build, file);
	return path;
}

static struct bytes
slurp(const char *file)
{
	FILE *stream = fopen(fixture(file), "rb");
	struct bytes bytes;

	assert_non_null(stream);
	fseek(stream, 0, SEEK_END);
	bytes.size = (size_t)ftell(stream);
	bytes.data = malloc(bytes.size);
	rewind(stream);
	assert_int_equal(fread(bytes.data, 1, bytes.size, stream), bytes.size);
	fclose(stream);
	return bytes;
}

/* Checks size bytes as the file "a.so". */
static int
check(const void *data, size_t size, struct elf_facts *facts, struct error *err)
{
	const int fd = memfd_create("elf_test", MFD_CLOEXEC);
	char path[64];
	int rc;

	assert_int_equal(write(fd, data, size), (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = elf_check(path, "a.so", facts, err);
	close(fd);
	return rc;
}

/* The same of a copy with one field of the header changed. */
static const char *
after_change(const struct bytes *good, size_t at, size_t len, uint64_t to)
{
	static struct error err;
	struct elf_facts facts;
	unsigned char *copy = malloc(good->size);

	memcpy(copy, good->data, good->size);
	memcpy(copy + at, &to, len);
	snprintf(err.text, sizeof(err.text), "fine");
	check(copy, good->size, &facts, &err);
	free(copy);
	return err.text;
}

static void
finds_the_facts(void **state)
{
	struct elf_facts facts;

	(void)state;
	/* As the runner does, this program uses what the files clash with. */
	assert_true(jansson_version_cmp(2, 0, 0) > 0);
	assert_true(pcre2_config(PCRE2_CONFIG_VERSION, NULL) > 0);
	assert_int_equal(elf_check(fixture("good.so"), "", &facts, NULL), 0);
	assert_true(facts.has_descriptor);
	assert_false(facts.uses_origin);
	assert_false(facts.defines_json);
	assert_false(facts.hides_cxx);
	assert_true(facts.descriptor_size >= 80);

	assert_int_equal(elf_check(fixture("origin.so"), "", &facts, NULL), 0);
	assert_true(facts.uses_origin);

	assert_int_equal(
	    elf_check(fixture("own_json.so"), "", &facts, NULL), 0);
	assert_true(facts.defines_json);
	assert_string_equal(facts.clash, "json_object");

	assert_int_equal(
	    elf_check(fixture("no_descriptor.so"), "", &facts, NULL), 0);
	assert_false(facts.has_descriptor);
}

static void
sees_symbols_by_either_hash_table(void **state)
{
	static const char *const files[] = { "good.so", "sysv_hash.so" };
	struct elf_facts facts;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(
		    elf_check(fixture(files[i]), "", &facts, NULL), 0);
		assert_true(facts.has_descriptor);
	}
}

static void
tells_a_hidden_cxx_runtime_from_a_shared_and_a_visible_one(void **state)
{
	static const struct {
		const char *file;
		bool hides_cxx;
	} rows[] = {
		{ "good.so", false },
		{ "good_cxx.so", false },
		{ "visible_cxx.so", false },
		{ "hidden_cxx.so", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct elf_facts facts;

		assert_int_equal(
		    elf_check(fixture(rows[i].file), "", &facts, NULL), 0);
		assert_int_equal(facts.hides_cxx, rows[i].hides_cxx);
	}
}

static void
names_a_clash_with_the_runner_that_is_not_json(void **state)
{
	struct elf_facts facts;

	(void)state;
	assert_int_equal(elf_check(fixture("clash.so"), "", &facts, NULL), 0);
	assert_false(facts.defines_json);
	assert_string_equal(facts.clash, "pcre2_config_8");
}

static void
refuses_a_file_cut_short_anywhere(void **state)
{
	struct bytes good = slurp("good.so");
	struct elf_facts facts;
	struct error err;

	(void)state;
	for (size_t size = 0; size < good.size; size += 1 + size / 512) {
		assert_int_equal(check(good.data, size, &facts, &err), -1);
		if (size > EI_CLASS)
			assert_non_null(
			    strstr(err.text, "(is it still being written?)"));
	}
	assert_int_equal(check(good.data, good.size, &facts, &err), 0);
	free(good.data);
}

static void
refuses_offsets_that_wrap_or_lead_outside(void **state)
{
	static const struct {
		size_t at, len;
		uint64_t to;
		const char *want;
	} rows[] = {
#define AT(field) offsetof(Elf64_Ehdr, field), sizeof(((Elf64_Ehdr *)0)->field)
		{ AT(e_shoff), UINT64_MAX, "section table ends at" },
		{ AT(e_shoff), UINT64_MAX - 64, "section table ends at" },
		{ AT(e_phoff), UINT64_MAX, "header table ends at" },
		{ AT(e_phoff), UINT64_MAX / 2, "header table ends at" },
		{ AT(e_phnum), 65535, "header table ends at" },
		{ AT(e_phnum), 0, "damaged: no program headers" },
		{ AT(e_phentsize), 1, "damaged: no program headers" },
		{ AT(e_shentsize), 0, "damaged: section headers of 0 bytes" },
		{ AT(e_shnum), 65000, "section table ends at" },
		{ AT(e_shoff), 0, "fine" },
		{ AT(e_type), ET_EXEC, "an executable" },
		{ AT(e_type), ET_CORE, "not a shared object" },
		{ AT(e_machine), EM_AARCH64, "built for aarch64" },
		{ AT(e_machine), 60000, "built for another machine" },
		{ EI_DATA, 1, ELFDATA2MSB, "built for the other byte order" },
		{ EI_CLASS, 1, 7, "a damaged file" },
#undef AT
	};
	struct bytes good = slurp("good.so");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *line = after_change(
		    &good, rows[i].at, rows[i].len, rows[i].to);

		if (strstr(line, rows[i].want) == NULL)
			fail_msg("row %zu: %s", i, line);
	}
	free(good.data);
}

static void
survives_any_byte_being_another(void **state)
{
	struct bytes good = slurp("good.so");

	(void)state;
	/* Header, segments, and the tables that follow them. */
	for (size_t at = 0; at < 0x800 && at < good.size; at++)
		for (unsigned to = 0; to < 256; to += 85)
			after_change(&good, at, 1, to);
	free(good.data);
}

static void
refuses_what_is_no_regular_file(void **state)
{
	char folder[] = "/tmp/elf_test.XXXXXX";
	char path[64];
	struct elf_facts facts;
	struct error err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(elf_check(path, "a.so", &facts, &err), -1);
	assert_string_equal(err.text, "a.so: not a regular file");
	unlink(path);
	assert_int_equal(elf_check(folder, "a.so", &facts, &err), -1);
	assert_string_equal(err.text, "a.so: a folder, not a service file");
	assert_int_equal(elf_check(path, "a.so", &facts, &err), -1);
	assert_string_equal(err.text, "a.so: no such file");
	rmdir(folder);
	assert_int_equal(elf_check("/dev/null", "a.so", &facts, &err), -1);
	assert_string_equal(err.text, "a.so: not a regular file");
	/* A loop of links: neither missing nor forbidden, also for root. */
	assert_int_equal(
	    elf_check("/proc/self/fd/999/x", "a.so", &facts, &err), -1);
}

static void
says_why_a_file_cannot_be_read(void **state)
{
	char path[] = "/tmp/elf_test.XXXXXX";
	struct elf_facts facts;
	struct error err;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	assert_int_equal(symlink(path, path), 0);
	assert_int_equal(elf_check(path, "a.so", &facts, &err), -1);
	assert_string_equal(err.text,
	    "a.so: cannot be read: Too many levels of symbolic links");
	unlink(path);
}

static void
refuses_a_huge_sparse_file_at_once(void **state)
{
	struct bytes good = slurp("good.so");
	const int fd = memfd_create("elf_test", MFD_CLOEXEC);
	struct elf_facts facts;
	struct error err;
	char path[64];

	(void)state;
	assert_int_equal(write(fd, good.data, good.size), (ssize_t)good.size);
	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(elf_check(path, "a.so", &facts, &err), -1);
	assert_string_equal(
	    err.text, "a.so: too large for a service (1099511627776 bytes)");
	close(fd);
	free(good.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_facts),
		cmocka_unit_test(sees_symbols_by_either_hash_table),
		cmocka_unit_test(
		    tells_a_hidden_cxx_runtime_from_a_shared_and_a_visible_one),
		cmocka_unit_test(
		    names_a_clash_with_the_runner_that_is_not_json),
		cmocka_unit_test(refuses_a_file_cut_short_anywhere),
		cmocka_unit_test(refuses_offsets_that_wrap_or_lead_outside),
		cmocka_unit_test(survives_any_byte_being_another),
		cmocka_unit_test(refuses_what_is_no_regular_file),
		cmocka_unit_test(says_why_a_file_cannot_be_read),
		cmocka_unit_test(refuses_a_huge_sparse_file_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
