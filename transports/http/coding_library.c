#include "transports/http/coding_library.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct function {
	const char *name;
	size_t offset; /* in struct coding_library */
};

#define ROW(function) { #function, offsetof(struct coding_library, function) },
static const struct function zlib_functions[] = { ZLIB_FUNCTIONS(ROW) {
    NULL, 0 } };
static const struct function brotli_functions[] = { BROTLI_FUNCTIONS(ROW) {
    NULL, 0 } };
#undef ROW

static struct coding_library table;
static bool is_open;

static int
open_library(const char *file, const char *package,
    const struct function *functions, struct error *err)
{
	/* Local: a service may bring another version of its own. */
	void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return error_set(err,
		    "http.compression: %s: install the package %s", dlerror(),
		    package);
	for (; functions->name != NULL; functions++) {
		void *address = dlsym(handle, functions->name);

		if (address == NULL)
			return error_set(err, "http.compression: %s lacks %s",
			    file, functions->name);
		memcpy((char *)&table + functions->offset, &address,
		    sizeof(address));
	}
	return 0;
}

const struct coding_library *
coding_library_open(struct error *err)
{
	if (!is_open &&
	    open_library("libz.so.1", "zlib1g", zlib_functions, err) == 0 &&
	    open_library(
		"libbrotlienc.so.1", "libbrotli1", brotli_functions, err) == 0)
		is_open = true;
	return is_open ? &table : NULL;
}
