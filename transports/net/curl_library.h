/*
 * libcurl, opened when a service first needs it: it brings some thirty
 * libraries, which no start and no other service is to wait for.
 */
#ifndef TRANSPORTS_NET_CURL_LIBRARY_H
#define TRANSPORTS_NET_CURL_LIBRARY_H

/* The checks of curl_easy_setopt() would call libcurl by its plain names. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "runtime/base/error.h"

#define CURL_FUNCTIONS(X) \
	X(global_init) \
	X(version_info) \
	X(free) \
	X(slist_append) \
	X(slist_free_all) \
	X(easy_init) \
	X(easy_setopt) \
	X(easy_getinfo) \
	X(easy_nextheader) \
	X(easy_reset) \
	X(easy_cleanup) \
	X(easy_strerror) \
	X(multi_init) \
	X(multi_setopt) \
	X(multi_assign) \
	X(multi_add_handle) \
	X(multi_remove_handle) \
	X(multi_socket_action) \
	X(multi_info_read) \
	X(multi_cleanup) \
	X(url) \
	X(url_set) \
	X(url_get) \
	X(url_strerror) \
	X(url_cleanup)

/* Its functions, without the "curl_" of their names. */
struct curl_library {
#define FUNCTION(name) __typeof__(curl_##name) *name;
	CURL_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

/*
 * Maps libcurl and makes it ready, the first time; blocks then for some
 * milliseconds (on a cold disk, more).  From any thread.  Returns its
 * functions, good until the process ends; or NULL with the reason.
 */
const struct curl_library *curl_library_open(struct error *err);

#endif
