#include "runtime/service/elf.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/service/elf_file.h"

/* What the dynamic section says, and the strings that its numbers mean. */
struct dynamic {
	ElfW(Dyn) * entries;
	size_t count;
	char *strings; /* nstrings bytes and a NUL */
	uint64_t nstrings;
};

/* A chain of a damaged file may go on and on. */
#define MAX_SYMBOLS ((uint64_t)1 << 22)

/* The typeinfo name that each C++ runtime has in its data, and C never. */
#define CXX_MARK "N10__cxxabiv117__class_type_infoE"

static const char *const cxx_libraries[] = { "libstdc++.so", "libc++.so",
	"libc++abi.so", "libsupc++.so", "libcxxrt.so", NULL };

/* The value of the first entry with that tag, or 0. */
static uint64_t
value(const struct dynamic *dynamic, ElfW(Sxword) tag)
{
	for (size_t i = 0; i < dynamic->count; i++)
		if (dynamic->entries[i].d_tag == tag)
			return dynamic->entries[i].d_un.d_val;
	return 0;
}

static const char *
string(const struct dynamic *dynamic, uint64_t offset)
{
	return offset < dynamic->nstrings ? dynamic->strings + offset : "";
}

static int
read_dynamic(const struct elf_file *file, struct dynamic *dynamic)
{
	uint64_t offset, len;

	for (size_t i = 0; i < file->nsegments; i++) {
		const ElfW(Phdr) *segment = &file->segments[i];

		if (segment->p_type != PT_DYNAMIC)
			continue;
		dynamic->count = segment->p_filesz / sizeof(ElfW(Dyn));
		dynamic->entries = elf_file_table(
		    file, segment->p_offset, dynamic->count, sizeof(ElfW(Dyn)));
		break;
	}
	if (dynamic->entries == NULL)
		return -1;
	for (size_t i = 0; i < dynamic->count; i++)
		if (dynamic->entries[i].d_tag == DT_NULL)
			dynamic->count = i;

	dynamic->nstrings = value(dynamic, DT_STRSZ);
	if (!elf_file_locate(file, value(dynamic, DT_STRTAB), &offset, &len) ||
	    len < dynamic->nstrings)
		return -1;
	dynamic->strings = elf_file_table(file, offset, dynamic->nstrings, 1);
	return dynamic->strings == NULL ? -1 : 0;
}

/*
 * The GNU hash table does not say how many symbols there are: it ends with the
 * chain that starts at the highest bucket.
 */
static uint64_t
count_by_gnu_hash(const struct elf_file *file, uint64_t address)
{
	uint32_t head[4], *buckets, word = 0;
	uint64_t offset, len, skip, count = 0;

	if (!elf_file_locate(file, address, &offset, &len) ||
	    len < sizeof(head) ||
	    !elf_file_read(file, offset, head, sizeof(head)))
		return 0;
	/* Buckets, first hashed symbol, words of the bloom filter, shift. */
	skip = sizeof(head) + head[2] * sizeof(ElfW(Addr));
	buckets = elf_file_table(file, offset + skip, head[0], sizeof(word));
	if (buckets == NULL)
		return 0;
	for (uint32_t i = 0; i < head[0]; i++)
		if (buckets[i] > count)
			count = buckets[i];
	free(buckets);
	if (count < head[1])
		return head[1];
	/* Past the buckets a word each symbol; an odd one ends its chain. */
	offset += skip + head[0] * sizeof(word) - head[1] * sizeof(word);
	for (; (word & 1) == 0 && count < MAX_SYMBOLS; count++)
		if (!elf_file_read(file, offset + count * sizeof(word), &word,
			sizeof(word)))
			return 0;
	return count;
}

static uint64_t
count_symbols(const struct elf_file *file, const struct dynamic *dynamic)
{
	uint64_t gnu_hash = value(dynamic, DT_GNU_HASH);
	uint64_t hash = value(dynamic, DT_HASH);
	uint32_t head[2]; /* buckets, symbols */
	uint64_t offset, len;

	if (gnu_hash != 0)
		return count_by_gnu_hash(file, gnu_hash);
	if (hash == 0 || !elf_file_locate(file, hash, &offset, &len) ||
	    !elf_file_read(file, offset, head, sizeof(head)))
		return 0;
	return head[1];
}

static bool
is_exported(const ElfW(Sym) * symbol)
{
	/* The macros are the same for both classes. */
	const unsigned bind = ELF64_ST_BIND(symbol->st_info);
	const unsigned visibility = ELF64_ST_VISIBILITY(symbol->st_other);

	return symbol->st_shndx != SHN_UNDEF && bind != STB_LOCAL &&
	    (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

/* Notes a function that would not be the one the service means. */
static void
find_clash(const char *name, struct elf_facts *facts)
{
	const bool json = strncmp(name, "json_", 5) == 0;

	/* One of jansson's says more than any other: it is refused. */
	if (facts->defines_json || (facts->clash[0] != '\0' && !json))
		return;
	if (dlsym(RTLD_DEFAULT, name) == NULL)
		return;
	facts->defines_json = json;
	snprintf(facts->clash, sizeof(facts->clash), "%s", name);
}

/* Returns -1 if the table is not where the file says. */
static int
read_symbols(const struct elf_file *file, const struct dynamic *dynamic,
    struct elf_facts *facts, bool *has_cxx)
{
	const uint64_t count = count_symbols(file, dynamic);
	uint64_t offset, len;
	ElfW(Sym) * symbols;

	if (count == 0)
		return 0;
	if (!elf_file_locate(file, value(dynamic, DT_SYMTAB), &offset, &len) ||
	    count > len / sizeof(*symbols))
		return -1;
	symbols = elf_file_table(file, offset, count, sizeof(*symbols));
	if (symbols == NULL)
		return -1;
	for (uint64_t i = 0; i < count; i++) {
		const char *name = string(dynamic, symbols[i].st_name);

		if (!is_exported(&symbols[i]))
			continue;
		if (strcmp(name, "tomo_service") == 0) {
			facts->has_descriptor = true;
			facts->descriptor_size = symbols[i].st_size;
		} else if (strcmp(name, "__cxa_get_globals") == 0) {
			*has_cxx = true;
		} else if (ELF64_ST_TYPE(symbols[i].st_info) == STT_FUNC) {
			find_clash(name, facts);
		}
	}
	free(symbols);
	return 0;
}

/* By the start of its name: a version follows. */
static bool
is_cxx_library(const char *name)
{
	for (const char *const *at = cxx_libraries; *at != NULL; at++)
		if (strncmp(name, *at, strlen(*at)) == 0)
			return true;
	return false;
}

/* What the libraries and paths named in the dynamic section tell. */
static void
read_names(
    const struct dynamic *dynamic, struct elf_facts *facts, bool *has_cxx)
{
	for (size_t i = 0; i < dynamic->count; i++) {
		const ElfW(Dyn) *entry = &dynamic->entries[i];
		const char *name = string(dynamic, entry->d_un.d_val);

		if (entry->d_tag != DT_NEEDED && entry->d_tag != DT_RPATH &&
		    entry->d_tag != DT_RUNPATH)
			continue;
		if (strstr(name, "$ORIGIN") != NULL ||
		    strstr(name, "${ORIGIN}") != NULL)
			facts->uses_origin = true;
		if (entry->d_tag == DT_NEEDED && is_cxx_library(name))
			*has_cxx = true;
	}
}

static int
read_facts(const struct elf_file *file, struct dynamic *dynamic,
    struct elf_facts *facts, struct error *err)
{
	/* A C++ runtime whose __cxa_get_globals the runner can reach. */
	bool has_cxx = false;

	if (read_dynamic(file, dynamic) < 0)
		return error_set(
		    err, "%s: damaged: no dynamic section", file->name);
	if ((value(dynamic, DT_FLAGS_1) & DF_1_PIE) != 0)
		return error_set(err,
		    "%s: an executable, not a shared object "
		    "(link with -shared)",
		    file->name);
	if (read_symbols(file, dynamic, facts, &has_cxx) < 0)
		return error_set(err,
		    "%s: damaged: the symbol table is not in "
		    "the file",
		    file->name);
	read_names(dynamic, facts, &has_cxx);
	for (size_t i = 0; i < file->nsegments && !has_cxx; i++)
		if (file->segments[i].p_type == PT_LOAD &&
		    elf_file_contains(file, i, CXX_MARK))
			facts->hides_cxx = true;
	return 0;
}

int
elf_check(const char *path, const char *name, struct elf_facts *facts,
    struct error *err)
{
	struct elf_file file;
	struct dynamic dynamic = { .entries = NULL };
	int rc;

	memset(facts, 0, sizeof(*facts));
	if (elf_file_open(&file, path, name, err) < 0)
		return -1;
	rc = read_facts(&file, &dynamic, facts, err);
	free(dynamic.entries);
	free(dynamic.strings);
	elf_file_close(&file);
	return rc;
}
