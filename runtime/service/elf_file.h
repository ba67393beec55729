/*
 * A shared object of the runner's own ELF class, read with every offset
 * checked: the bytes may be foreign, half written, or not ELF at all.  Read,
 * not mapped, since a file that shrinks under a mapping kills the reader.
 */
#ifndef RUNTIME_SERVICE_ELF_FILE_H
#define RUNTIME_SERVICE_ELF_FILE_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct elf_file {
	int fd;
	uint64_t size;
	const char *name; /* what error lines call it; the caller's */
	ElfW(Ehdr) header;
	ElfW(Phdr) * segments;
	size_t nsegments;
};

/*
 * Opens path and checks its header, and that every segment and section ends
 * inside the file.  Returns 0, or -1 with one line; then nothing is open.
 */
int elf_file_open(struct elf_file *file, const char *path, const char *name,
    struct error *err);
void elf_file_close(struct elf_file *file);

/* Reads len bytes; false unless all of them are in the file. */
bool elf_file_read(
    const struct elf_file *file, uint64_t offset, void *to, size_t len);

/* Where the byte that is loaded at address lies, and how many follow it. */
bool elf_file_locate(const struct elf_file *file, uint64_t address,
    uint64_t *offset, uint64_t *len);

/*
 * Reads count records of each bytes at offset.  Returns them, on the heap and
 * followed by a zero byte, or NULL if they are not all in the file, or if they
 * are too many to be meant.
 */
void *elf_file_table(
    const struct elf_file *file, uint64_t offset, uint64_t count, size_t each);

/*
 * Whether text and its NUL are among the bytes of the segment with this index,
 * not as the end of a longer name.
 */
bool elf_file_contains(
    const struct elf_file *file, size_t segment, const char *text);

#endif
