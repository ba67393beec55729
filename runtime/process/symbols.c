#include "runtime/process/symbols.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dwarf.h>

#include "runtime/base/alloc.h"
#include "runtime/process/crash_unwind.h"
#include "runtime/process/libdw.h"
#include "runtime/process/maps.h"

/* How the system calls a copy in memory, with the file's name behind it. */
#define MEMFD "/memfd:"
#define DELETED " (deleted)"

/* One process looks at one crash. */
static const struct symbols_plan *plan;
static struct maps *maps;
static char here[PATH_MAX]; /* the working folder, with a slash */

/* The name is that of copy.c; the service may have others mapped. */
static bool
is_memory_copy(const char *file)
{
	const size_t skipped = strlen(MEMFD), len = strlen(plan->label);

	return strncmp(file, MEMFD, skipped) == 0 &&
	    strncmp(file + skipped, plan->label, len) == 0 &&
	    (file[skipped + len] == '\0' ||
		strcmp(file + skipped + len, DELETED) == 0);
}

static bool
is_service(const char *file)
{
	return strcmp(file, plan->copy) == 0 || is_memory_copy(file);
}

/* Before the frame of that index. */
static void
print_gap(FILE *to, size_t index)
{
	if (plan->gap > 0 && index == CRASH_FIRST_FRAMES)
		fprintf(to, "+\t%d\t\n", plan->gap);
}

static void
print_frame(FILE *to, const char *file, const char *name, const char *place)
{
	fprintf(to, "%c\t%s\t%s\n",
	    file != NULL && is_service(file) ? 's' : '-', name, place);
}

/* "orders.so+0x1234" */
static void
put_offset(char *text, size_t size, const char *file, uintptr_t offset)
{
	const char *slash = strrchr(file, '/');
	const char *name = slash != NULL ? slash + 1 : file;

	snprintf(text, size, "%s+0x%zx", is_service(file) ? plan->label : name,
	    (size_t)offset);
}

/* The file that is mapped at pc, and pc as an offset in it. */
static const char *
locate(uintptr_t pc, char *text, size_t size)
{
	uintptr_t base;
	const char *file = maps_find(maps, pc, &base);

	if (file == NULL)
		snprintf(text, size, "0x%zx", (size_t)pc);
	else
		put_offset(text, size, file, pc - base);
	return file;
}

/* ---- names ---- */

/* By the C++ runtime, if there is one on this system. */
static char *
demangle(const char *name)
{
	static char *(*function)(const char *, char *, size_t *, int *);
	static bool was_looked_for;
	int status;

	if (!was_looked_for) {
		void *library = dlopen("libstdc++.so.6", RTLD_LAZY);
		void *symbol = library != NULL
		    ? dlsym(library, "__cxa_demangle")
		    : NULL;
		memcpy(&function, &symbol, sizeof(function));
		was_looked_for = true;
	}
	char *text = function != NULL ? function(name, NULL, NULL, &status)
				      : NULL;
	return text != NULL ? text : xstrdup(name);
}

/* Types have names like "i", which functions of C may have, too. */
static char *
function_name(const char *name)
{
	return strncmp(name, "_Z", 2) == 0 ? demangle(name) : xstrdup(name);
}

static char *
die_name(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	const char *name = NULL;

	if (libdw.dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) !=
	    NULL)
		name = libdw.dwarf_formstring(&attribute);
	if (name == NULL)
		name = libdw.dwarf_diename(die);
	return function_name(name != NULL ? name : "");
}

/* "service.c:31", relative to the working folder if it is below it. */
static void
put_line(char *text, size_t size, const char *source, int line)
{
	char *real = realpath(source, NULL);
	const char *shown = real != NULL ? real : source;

	if (strncmp(shown, here, strlen(here)) == 0)
		shown += strlen(here);
	snprintf(text, size, "%s:%d", shown, line);
	free(real);
}

/* Where an inlined function was called. */
static bool
put_call_line(char *text, size_t size, Dwarf_Die *unit, Dwarf_Die *inlined)
{
	Dwarf_Attribute attribute;
	Dwarf_Word file, line;
	Dwarf_Files *files;
	const char *source;
	size_t count;

	if (libdw.dwarf_formudata(
		libdw.dwarf_attr(inlined, DW_AT_call_file, &attribute),
		&file) != 0 ||
	    libdw.dwarf_formudata(
		libdw.dwarf_attr(inlined, DW_AT_call_line, &attribute),
		&line) != 0 ||
	    libdw.dwarf_getsrcfiles(unit, &files, &count) != 0)
		return false;
	source = libdw.dwarf_filesrc(files, file, NULL, NULL);
	if (source == NULL)
		return false;
	put_line(text, size, source, (int)line);
	return true;
}

/* ---- frames ---- */

struct place {
	Dwfl_Module *module;
	uintptr_t pc;
	const char *file;
	char text[PATH_MAX + 64];
};

/* One frame for each function that was inlined here; false if none is known. */
static bool
print_scopes(FILE *to, struct place *place)
{
	Dwarf_Addr bias;
	Dwarf_Die *unit = libdw.dwfl_module_addrdie(
	    place->module, place->pc, &bias);
	Dwarf_Die *inner = NULL, *scopes = NULL;
	bool printed = false;
	int count = 0;

	/* The innermost, then what it really lies in: not where it was written. */
	if (unit != NULL &&
	    libdw.dwarf_getscopes(unit, place->pc - bias, &inner) > 0)
		count = libdw.dwarf_getscopes_die(inner, &scopes);
	for (int i = 0; i < count; i++) {
		const int tag = libdw.dwarf_tag(&scopes[i]);
		if (tag != DW_TAG_subprogram &&
		    tag != DW_TAG_inlined_subroutine)
			continue;
		char *name = die_name(&scopes[i]);
		print_frame(to, place->file, name, place->text);
		free(name);
		printed = true;
		if (tag == DW_TAG_subprogram ||
		    !put_call_line(
			place->text, sizeof(place->text), unit, &scopes[i]))
			break;
	}
	free(inner);
	free(scopes);
	return printed;
}

static void
name_frame(FILE *to, Dwfl *dwfl, uintptr_t pc)
{
	struct place place = { .pc = pc };
	const char *name = NULL, *source;
	GElf_Off offset;
	GElf_Sym symbol;
	Dwfl_Line *line;
	int number;

	place.file = locate(pc, place.text, sizeof(place.text));
	place.module = libdw.dwfl_addrmodule(dwfl, pc);
	if (place.module != NULL) {
		line = libdw.dwfl_module_getsrc(place.module, pc);
		source = line == NULL ? NULL
				      : libdw.dwfl_lineinfo(line, NULL, &number,
					    NULL, NULL, NULL);
		if (source != NULL && number > 0)
			put_line(
			    place.text, sizeof(place.text), source, number);
		if (print_scopes(to, &place))
			return;
		name = libdw.dwfl_module_addrinfo(
		    place.module, pc, &offset, &symbol, NULL, NULL, NULL);
	}
	char *text = function_name(name != NULL ? name : "");
	print_frame(to, place.file, text, place.text);
	free(text);
}

/* The service's copy may be no path that this process can open. */
static int
find_elf(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base,
    char **found, Elf **elf)
{
	if (!is_memory_copy(name))
		return libdw.dwfl_linux_proc_find_elf(
		    module, user, name, base, found, elf);
	*found = strdup(plan->copy);
	return open(plan->copy, O_RDONLY | O_CLOEXEC);
}

static Dwfl *
begin(void)
{
	static const struct libdw *const dw = &libdw;
	static Dwfl_Callbacks callbacks;
	Dwfl *dwfl;

	/* Nothing is fetched from the network while a service is down. */
	unsetenv("DEBUGINFOD_URLS");
	if (!libdw_load())
		return NULL;
	callbacks.find_elf = find_elf;
	callbacks.find_debuginfo = dw->dwfl_standard_find_debuginfo;
	dwfl = dw->dwfl_begin(&callbacks);
	if (dwfl == NULL || dw->dwfl_linux_proc_report(dwfl, plan->pid) != 0 ||
	    dw->dwfl_report_end(dwfl, NULL, NULL) != 0)
		return NULL;
	return dwfl;
}

/* ---- all of it ---- */

static void
print_raw(FILE *to)
{
	char text[PATH_MAX + 64];

	for (size_t i = 0; i < plan->count; i++) {
		const char *file = locate(plan->pcs[i], text, sizeof(text));
		print_gap(to, i);
		print_frame(to, file, "", text);
	}
	fputs("\n", to);
	fflush(to);
}

static void
read_maps(void)
{
	char path[32];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/maps", (long)plan->pid);
	file = fopen(path, "re");
	if (file == NULL)
		file = fopen("/dev/null", "re");
	maps = maps_read(file);
	fclose(file);
}

void
symbols_print(const struct symbols_plan *the_plan, FILE *to)
{
	Dwfl *dwfl;

	plan = the_plan;
	read_maps();
	if (getcwd(here, sizeof(here) - 1) != NULL)
		strcat(here, "/");
	print_raw(to);
	if (plan->exception[0] != '\0') {
		char *text = demangle(plan->exception);
		fprintf(to, "x\t%s\t\n", text);
		free(text);
	}
	dwfl = begin();
	if (dwfl != NULL) {
		for (size_t i = 0; i < plan->count; i++) {
			print_gap(to, i);
			name_frame(to, dwfl, plan->pcs[i]);
		}
		/* Whole: what is above may be forgotten. */
		fputs(".\n", to);
		libdw.dwfl_end(dwfl);
	}
	fflush(to);
	maps_free(maps);
}
