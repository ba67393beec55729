#include "runtime/process/libdw.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY "libdw.so.1"

struct libdw libdw;

static const struct {
	const char *name;
	void *function;
} rows[] = {
#define ROW(name) { #name, &libdw.name },
	LIBDW_FUNCTIONS(ROW)
#undef ROW
};

bool
libdw_load(void)
{
	void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);

	if (library == NULL)
		return false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *symbol = dlsym(library, rows[i].name);
		if (symbol == NULL)
			return false;
		memcpy(rows[i].function, &symbol, sizeof(symbol));
	}
	return true;
}
