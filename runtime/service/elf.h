/* Reads an ELF file without mapping its code: is it safe to dlopen()? */
#ifndef RUNTIME_SERVICE_ELF_H
#define RUNTIME_SERVICE_ELF_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct elf_facts {
	bool uses_origin;    /* $ORIGIN in DT_RPATH or DT_RUNPATH */
	bool has_descriptor; /* exports tomo_service */
	bool defines_json;   /* exports a function of jansson's of its own */
	bool hides_cxx;      /* carries a C++ runtime of its own, hidden */
	uint64_t descriptor_size; /* as its symbol says; 0: it does not */
	/*
	 * The first function that the file exports although the runner, or a
	 * library of the runner's, has one of that name, which wins; or "".
	 */
	char clash[128];
};

/*
 * Checks that path is a whole ELF shared object for this machine: magic, class,
 * byte order, machine, type, and every segment and section ends inside the
 * file.  name is what error lines call it.  Returns 0 and fills *facts, or -1
 * with one line.
 */
int elf_check(const char *path, const char *name, struct elf_facts *facts,
    struct error *err);

#endif
