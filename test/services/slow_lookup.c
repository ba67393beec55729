/*
 * No service but a library to preload: lookups of names that begin with "slow"
 * take a second, as those of a dead name server take many.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

typedef int lookup_fn(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **result);

__attribute__((visibility("default"))) int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **result)
{
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
	lookup_fn *next;

	memcpy(&next, &symbol, sizeof(next));
	if (node != NULL && strncmp(node, "slow", 4) == 0)
		sleep(1);
	return next(node, service, hints, result);
}
