#include "runtime/watch/watch_path.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"

/* Drops what says nothing from an absolute path, in place. */
static void
tidy(char *path)
{
	char *out = path;

	for (const char *at = path; *at != '\0';) {
		at += strspn(at, "/");
		const size_t len = strcspn(at, "/");
		if (len > 0 && !(len == 1 && *at == '.')) {
			*out++ = '/';
			memmove(out, at, len);
			out += len;
		}
		at += len;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
}

/* ".." after a symlink is not the folder before it: only the system knows. */
static bool
has_dot_dot(const char *path)
{
	for (const char *at = path; (at = strstr(at, "/..")) != NULL; at += 3)
		if (at[3] == '\0' || at[3] == '/')
			return true;
	return false;
}

char *
watch_path_absolute(const char *cwd, const char *path)
{
	char *whole = path[0] == '/' ? xstrdup(path)
				     : xasprintf("%s/%s", cwd, path);
	char *real = has_dot_dot(whole) ? realpath(whole, NULL) : NULL;

	if (real != NULL) {
		free(whole);
		return real;
	}
	tidy(whole);
	return whole;
}
