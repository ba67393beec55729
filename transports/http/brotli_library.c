#include "transports/http/brotli_library.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define FILE_NAME "libbrotlienc.so.1"

static const struct function {
	const char *name;
	size_t offset; /* in struct brotli_library */
} functions[] = {
#define ROW(function) { #function, offsetof(struct brotli_library, function) },
	BROTLI_FUNCTIONS(ROW)
#undef ROW
};

static int
load(struct brotli_library *library, struct error *err)
{
	/* Local: a service may bring another version of its own. */
	void *handle = dlopen(FILE_NAME, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return error_set(err,
		    "http.compression: %s: install the package libbrotli1",
		    dlerror());
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *address = dlsym(handle, functions[i].name);

		if (address == NULL)
			return error_set(err, "http.compression: %s lacks %s",
			    FILE_NAME, functions[i].name);
		memcpy((char *)library + functions[i].offset, &address,
		    sizeof(address));
	}
	return 0;
}

const struct brotli_library *
brotli_library_open(struct error *err)
{
	static struct brotli_library library;
	static bool is_open;

	if (!is_open)
		is_open = load(&library, err) == 0;
	return is_open ? &library : NULL;
}
