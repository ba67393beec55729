#include "transports/net/openssl.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
/* The one whose headers this was compiled with. */
#define LIBRARY(name) name ".so." TEXT(OPENSSL_SHLIB_VERSION)

struct function {
	const char *name;
	size_t offset; /* in struct openssl */
};

#define ROW(function) { #function, offsetof(struct openssl, function) },
static const struct function crypto_functions[] = { OPENSSL_CRYPTO_FUNCTIONS(
    ROW) { NULL, 0 } };
static const struct function ssl_functions[] = { OPENSSL_SSL_FUNCTIONS(ROW) {
    NULL, 0 } };
#undef ROW

static struct openssl table;
static bool is_open;

static int
open_library(
    const char *file, const struct function *functions, struct error *err)
{
	/* Local: a service may bring another OpenSSL of its own. */
	void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return error_set(err, "cannot use TLS: %s", dlerror());
	for (; functions->name != NULL; functions++) {
		void *address = dlsym(handle, functions->name);

		if (address == NULL)
			return error_set(err, "cannot use TLS: %s lacks %s",
			    file, functions->name);
		memcpy((char *)&table + functions->offset, &address,
		    sizeof(address));
	}
	return 0;
}

const struct openssl *
openssl_open(struct error *err)
{
	if (!is_open &&
	    open_library(LIBRARY("libcrypto"), crypto_functions, err) == 0 &&
	    open_library(LIBRARY("libssl"), ssl_functions, err) == 0)
		is_open = true;
	return is_open ? &table : NULL;
}

bool
openssl_is(const char *version)
{
	static const char ours[] = "OpenSSL/" TEXT(OPENSSL_SHLIB_VERSION) ".";

	return version != NULL && strncmp(version, ours, sizeof(ours) - 1) == 0;
}

const char *
openssl_reason(const struct openssl *lib)
{
	/* The oldest is the cause; those after it are who passed it on. */
	const unsigned long code = lib->ERR_get_error();
	const char *reason;

	lib->ERR_clear_error();
	if (ERR_SYSTEM_ERROR(code))
		return strerror(ERR_GET_REASON(code));
	reason = lib->ERR_reason_error_string(code);
	return reason != NULL ? reason : "no reason given";
}
