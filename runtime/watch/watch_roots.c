#include "runtime/watch/watch_roots.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/watch/watch_filter.h"

/* Whether watching outer comes upon inner; both as the system has them. */
static bool
covers(const struct watch_filter *filter, const char *outer, const char *inner)
{
	size_t len = strcmp(outer, "/") == 0 ? 0 : strlen(outer);
	bool entered = true;

	if (strncmp(inner, outer, len) != 0 ||
	    (inner[len] != '/' && inner[len] != '\0'))
		return false;
	while (entered && inner[len] == '/' && inner[len + 1] != '\0') {
		const size_t n = strcspn(inner + len + 1, "/");
		char *path = len > 0 ? xstrndup(inner, len) : xstrdup("/");
		char *name = xstrndup(inner + len + 1, n);

		entered = watch_filter_enters(filter, path, name);
		len += 1 + n;
		free(path);
		free(name);
	}
	return entered;
}

/* Of two that are the same, the first is kept. */
static bool
is_covered(
    const struct watch_filter *filter, char *const *real, size_t n, size_t i)
{
	for (size_t j = 0; j < n; j++)
		if (j != i && covers(filter, real[j], real[i]) &&
		    (j < i || strcmp(real[i], real[j]) != 0))
			return true;
	return false;
}

char **
watch_roots_new(const char *const *folders, const struct watch_filter *filter)
{
	size_t n = 0, kept = 0;

	while (folders != NULL && folders[n] != NULL)
		n++;
	char **roots = xcalloc(n + 1, sizeof(*roots));
	char **real = xcalloc(n + 1, sizeof(*real));
	for (size_t i = 0; i < n; i++) {
		roots[i] = watch_filter_absolute(filter, folders[i]);
		real[i] = realpath(roots[i], NULL);
		if (real[i] == NULL)
			real[i] = xstrdup(roots[i]);
	}
	for (size_t i = 0; i < n; i++) {
		char *root = roots[i];

		roots[i] = NULL;
		if (is_covered(filter, real, n, i))
			free(root);
		else
			roots[kept++] = root;
	}
	watch_roots_free(real);
	return roots;
}

void
watch_roots_free(char **roots)
{
	for (size_t i = 0; roots[i] != NULL; i++)
		free(roots[i]);
	free(roots);
}
