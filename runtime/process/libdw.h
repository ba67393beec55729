/*
 * libdw, loaded when asked for: only the process that names the frames of a
 * crash pays for it, and a system without it still runs services.
 */
#ifndef RUNTIME_PROCESS_LIBDW_H
#define RUNTIME_PROCESS_LIBDW_H

#include <stdbool.h>

#include <elfutils/libdwfl.h>

#define LIBDW_FUNCTIONS(X) \
	X(dwfl_begin) \
	X(dwfl_end) \
	X(dwfl_linux_proc_report) \
	X(dwfl_linux_proc_find_elf) \
	X(dwfl_standard_find_debuginfo) \
	X(dwfl_report_end) \
	X(dwfl_addrmodule) \
	X(dwfl_module_info) \
	X(dwfl_module_addrinfo) \
	X(dwfl_module_addrdie) \
	X(dwfl_module_getsrc) \
	X(dwfl_lineinfo) \
	X(dwarf_getscopes) \
	X(dwarf_getscopes_die) \
	X(dwarf_tag) \
	X(dwarf_diename) \
	X(dwarf_attr_integrate) \
	X(dwarf_attr) \
	X(dwarf_formstring) \
	X(dwarf_formudata) \
	X(dwarf_getsrcfiles) \
	X(dwarf_filesrc)

/* Each function under its own name: libdw.dwfl_begin(). */
struct libdw {
#define LIBDW_FIELD(function) __typeof__(&function) function;
	LIBDW_FUNCTIONS(LIBDW_FIELD)
#undef LIBDW_FIELD
};
extern struct libdw libdw;

/* Fills in the functions; false if the library is missing or too old. */
bool libdw_load(void);

#endif
