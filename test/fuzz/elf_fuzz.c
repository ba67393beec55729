/* Any bytes as a service file: elf_check() reads nothing that is not there. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/service/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[64];
	struct elf_facts facts;
	struct error err = { "" };
	int rc;

	if (fd < 0) {
		fd = memfd_create("elf_fuzz", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	rc = elf_check(path, "a.so", &facts, &err);
	/* A refusal is one line; what is accepted says nothing. */
	if ((rc < 0) != (err.text[0] != '\0') || strchr(err.text, '\n') != NULL)
		abort();
	return 0;
}
