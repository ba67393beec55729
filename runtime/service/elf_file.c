#include "runtime/service/elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/ascii.h"

/*
 * No service is of this size or has tables of that; a sparse file or a damaged
 * header may say so.
 */
#define MAX_FILE ((uint64_t)4 << 30)
#define MAX_TABLE ((uint64_t)256 << 20)

/* The runner's own header, from the linker: what files must match. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static const struct {
	unsigned machine;
	const char *name;
} machines[] = {
	{ EM_X86_64, "x86_64" },
	{ EM_AARCH64, "aarch64" },
	{ EM_386, "i386" },
	{ EM_ARM, "arm" },
	{ EM_RISCV, "riscv" },
	{ EM_PPC64, "ppc64" },
	{ EM_S390, "s390x" },
	{ EM_LOONGARCH, "loongarch" },
	{ EM_MIPS, "mips" },
};

static const char *
machine_name(unsigned machine)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == machine)
			return machines[i].name;
	return "another machine";
}

static const char *
class_name(unsigned char class)
{
	if (class == ELFCLASS32)
		return "32-bit";
	return class == ELFCLASS64 ? "64-bit" : "damaged";
}

bool
elf_file_read(
    const struct elf_file *file, uint64_t offset, void *to, size_t len)
{
	char *at = to;

	if (offset > file->size || len > file->size - offset)
		return false;
	while (len > 0) {
		ssize_t got = pread(file->fd, at, len, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		offset += (uint64_t)got;
		len -= (size_t)got;
	}
	return true;
}

void *
elf_file_table(
    const struct elf_file *file, uint64_t offset, uint64_t count, size_t each)
{
	char *table;

	if (count > MAX_TABLE / each)
		return NULL;
	if (offset > file->size || count * each > file->size - offset)
		return NULL;
	table = malloc(count * each + 1);
	if (table == NULL)
		return NULL;
	table[count * each] = '\0';
	if (!elf_file_read(file, offset, table, count * each)) {
		free(table);
		return NULL;
	}
	return table;
}

bool
elf_file_locate(const struct elf_file *file, uint64_t address, uint64_t *offset,
    uint64_t *len)
{
	for (size_t i = 0; i < file->nsegments; i++) {
		const ElfW(Phdr) *segment = &file->segments[i];

		if (segment->p_type != PT_LOAD || address < segment->p_vaddr ||
		    address - segment->p_vaddr >= segment->p_filesz)
			continue;
		*offset = segment->p_offset + (address - segment->p_vaddr);
		*len = segment->p_filesz - (address - segment->p_vaddr);
		return true;
	}
	return false;
}

/*
 * Whether text, its NUL included, is in bytes and starts a name there, which
 * the byte before it tells: so not at the very start.
 */
static bool
holds(const char *bytes, size_t len, const char *text)
{
	const char *const end = bytes + len;
	const char *at = bytes + 1;

	while (at < end) {
		at = memmem(at, (size_t)(end - at), text, strlen(text) + 1);
		if (at == NULL)
			return false;
		if (!ascii_is_alnum(at[-1]) && at[-1] != '_')
			return true;
		at++;
	}
	return false;
}

bool
elf_file_contains(const struct elf_file *file, size_t segment, const char *text)
{
	static const size_t block = 256 * 1024;
	/* The NUL or the byte before it: a match may lie across two blocks. */
	const size_t overlap = strlen(text) + 1;
	uint64_t offset = file->segments[segment].p_offset;
	uint64_t left = file->segments[segment].p_filesz;
	char *bytes = malloc(block);
	bool found = false;

	while (bytes != NULL && !found && left > overlap) {
		size_t len = left < block ? (size_t)left : block;

		if (!elf_file_read(file, offset, bytes, len))
			break;
		found = holds(bytes, len, text);
		offset += len - overlap;
		left -= len - overlap;
	}
	free(bytes);
	return found;
}

/* Refuses what ends past the end of the file. */
static int
check_end(const struct elf_file *file, const char *what, uint64_t offset,
    uint64_t len, struct error *err)
{
	uint64_t end = len > UINT64_MAX - offset ? UINT64_MAX : offset + len;

	if (end <= file->size)
		return 0;
	return error_set(err,
	    "%s: truncated: %s ends at %" PRIu64 ", the file at %" PRIu64
	    " (is it still being written?)",
	    file->name, what, end, file->size);
}

static int
check_identity(const struct elf_file *file, struct error *err)
{
	const ElfW(Ehdr) *ours = &__ehdr_start;
	const ElfW(Ehdr) *theirs = &file->header;
	const char *machine = machine_name(ours->e_machine);

	if (theirs->e_ident[EI_CLASS] != ours->e_ident[EI_CLASS])
		return error_set(err, "%s: a %s file, this runner is for %s",
		    file->name, class_name(theirs->e_ident[EI_CLASS]), machine);
	if (theirs->e_ident[EI_DATA] != ours->e_ident[EI_DATA])
		return error_set(err,
		    "%s: built for the other byte order, "
		    "this runner is for %s",
		    file->name, machine);
	if (theirs->e_machine != ours->e_machine)
		return error_set(err, "%s: built for %s, this runner is for %s",
		    file->name, machine_name(theirs->e_machine), machine);
	if (theirs->e_type == ET_REL)
		return error_set(err,
		    "%s: an object file, not a shared object "
		    "(link with -shared)",
		    file->name);
	if (theirs->e_type == ET_EXEC)
		return error_set(err,
		    "%s: an executable, not a shared object "
		    "(link with -shared)",
		    file->name);
	if (theirs->e_type != ET_DYN)
		return error_set(err,
		    "%s: not a shared object (link with "
		    "-shared)",
		    file->name);
	return 0;
}

/* The header, which is shorter in a 32-bit file; so its start comes first. */
static int
read_header(struct elf_file *file, struct error *err)
{
	static const size_t class_end = EI_CLASS + 1;

	if (file->size == 0)
		return error_set(err,
		    "%s: an empty file (is it still being "
		    "written?)",
		    file->name);
	if (!elf_file_read(file, 0, &file->header, class_end) ||
	    memcmp(file->header.e_ident, ELFMAG, SELFMAG) != 0)
		return error_set(err, "%s: not an ELF file", file->name);
	if (file->header.e_ident[EI_CLASS] == __ehdr_start.e_ident[EI_CLASS]) {
		if (check_end(
			file, "the header", 0, sizeof(file->header), err) < 0)
			return -1;
		if (!elf_file_read(
			file, 0, &file->header, sizeof(file->header)))
			return error_set(err, "%s: cannot be read", file->name);
	}
	return check_identity(file, err);
}

static int
read_segments(struct elf_file *file, struct error *err)
{
	const ElfW(Ehdr) *header = &file->header;
	char what[40];

	if (header->e_phnum == 0 || header->e_phentsize != sizeof(ElfW(Phdr)))
		return error_set(
		    err, "%s: damaged: no program headers", file->name);
	if (check_end(file, "the program header table", header->e_phoff,
		(uint64_t)header->e_phnum * sizeof(ElfW(Phdr)), err) < 0)
		return -1;
	file->segments = elf_file_table(
	    file, header->e_phoff, header->e_phnum, sizeof(ElfW(Phdr)));
	if (file->segments == NULL)
		return error_set(err, "%s: cannot be read", file->name);
	file->nsegments = header->e_phnum;

	for (size_t i = 0; i < file->nsegments; i++) {
		snprintf(what, sizeof(what), "segment %zu", i);
		if (check_end(file, what, file->segments[i].p_offset,
			file->segments[i].p_filesz, err) < 0)
			return -1;
	}
	return 0;
}

/* How many sections there are; past 65,279 the first one says it. */
static uint64_t
section_count(const struct elf_file *file)
{
	ElfW(Shdr) first;

	if (file->header.e_shnum != 0)
		return file->header.e_shnum;
	if (!elf_file_read(file, file->header.e_shoff, &first, sizeof(first)))
		return 1; /* for check_sections() to miss */
	return first.sh_size;
}

/*
 * Nothing at run time reads the sections, but their table ends a file: a linker
 * or copy that has not finished shows here first.
 */
static int
check_sections(const struct elf_file *file, struct error *err)
{
	const uint64_t start = file->header.e_shoff;
	ElfW(Shdr) * sections;
	char what[40];
	int rc = 0;

	if (start == 0)
		return 0; /* stripped of them all */
	if (file->header.e_shentsize != sizeof(ElfW(Shdr)))
		return error_set(err,
		    "%s: damaged: section headers of %u "
		    "bytes",
		    file->name, file->header.e_shentsize);

	const uint64_t count = section_count(file);
	const uint64_t size = count > UINT64_MAX / sizeof(*sections)
	    ? UINT64_MAX
	    : count * sizeof(*sections);

	if (check_end(file, "the section table", start, size, err) < 0)
		return -1;
	sections = elf_file_table(file, start, count, sizeof(*sections));
	if (sections == NULL)
		return error_set(err, "%s: cannot be read", file->name);
	for (uint64_t i = 0; i < count && rc == 0; i++) {
		if (sections[i].sh_type == SHT_NULL ||
		    sections[i].sh_type == SHT_NOBITS)
			continue;
		snprintf(what, sizeof(what), "section %" PRIu64, i);
		rc = check_end(file, what, sections[i].sh_offset,
		    sections[i].sh_size, err);
	}
	free(sections);
	return rc;
}

/* O_NONBLOCK: a FIFO without a writer would keep us here. */
static int
open_regular(struct elf_file *file, const char *path, struct error *err)
{
	struct stat info;

	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file->fd < 0 && errno == ENOENT)
		return error_set(err, "%s: no such file", file->name);
	if (file->fd < 0 || fstat(file->fd, &info) < 0)
		return error_set(
		    err, "%s: cannot be read: %s", file->name, strerror(errno));
	if (S_ISDIR(info.st_mode))
		return error_set(
		    err, "%s: a folder, not a service file", file->name);
	if (!S_ISREG(info.st_mode))
		return error_set(err, "%s: not a regular file", file->name);
	file->size = (uint64_t)info.st_size;
	if (file->size > MAX_FILE)
		return error_set(err,
		    "%s: too large for a service (%" PRIu64 " bytes)",
		    file->name, file->size);
	return 0;
}

int
elf_file_open(struct elf_file *file, const char *path, const char *name,
    struct error *err)
{
	memset(file, 0, sizeof(*file));
	file->name = name;
	if (open_regular(file, path, err) < 0 || read_header(file, err) < 0 ||
	    read_segments(file, err) < 0 || check_sections(file, err) < 0) {
		elf_file_close(file);
		return -1;
	}
	return 0;
}

void
elf_file_close(struct elf_file *file)
{
	free(file->segments);
	file->segments = NULL;
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}
