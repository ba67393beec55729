#include "transports/net/curl_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define FILE_NAME "libcurl.so.4"

static struct {
	pthread_mutex_t lock;
	bool is_open;
	struct curl_library functions;
} library = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const struct row {
	const char *name;
	size_t offset;
} rows[] = {
#define ROW(name) { "curl_" #name, offsetof(struct curl_library, name) },
	CURL_FUNCTIONS(ROW)
#undef ROW
};

static int
find_functions(void *handle, struct error *err)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *symbol = dlsym(handle, rows[i].name);

		if (symbol == NULL)
			return error_set(err,
			    "%s has no %s(): install libcurl 7.85 or newer",
			    FILE_NAME, rows[i].name);
		memcpy((char *)&library.functions + rows[i].offset, &symbol,
		    sizeof(symbol));
	}
	return 0;
}

static int
load(struct error *err)
{
	/* Local: its symbols and its libraries' are not for services. */
	void *handle = dlopen(FILE_NAME, RTLD_NOW | RTLD_LOCAL);
	const curl_version_info_data *info;

	if (handle == NULL)
		return error_set(
		    err, "%s: install the package libcurl4", dlerror());
	if (find_functions(handle, err) < 0)
		return -1;
	info = library.functions.version_info(CURLVERSION_NOW);
	if ((info->features & CURL_VERSION_ASYNCHDNS) == 0)
		return error_set(err,
		    "%s %s looks names up in the loop: install one with the "
		    "threaded resolver",
		    FILE_NAME, info->version);
	if (library.functions.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, "%s: cannot be initialized", FILE_NAME);
	return 0;
}

const struct curl_library *
curl_library_open(struct error *err)
{
	bool is_open;

	pthread_mutex_lock(&library.lock);
	if (!library.is_open)
		library.is_open = load(err) == 0;
	is_open = library.is_open;
	pthread_mutex_unlock(&library.lock);
	return is_open ? &library.functions : NULL;
}
