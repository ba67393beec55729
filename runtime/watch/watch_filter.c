#include "runtime/watch/watch_filter.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/ascii.h"
#include "runtime/watch/watch.h"
#include "runtime/watch/watch_path.h"

static const char *const always_ignored[] = { "__pycache__", ".git", ".svn",
	"__ignored__", "__temporary__", "__tmp__", NULL };

/* A NULL-ended list of its own. */
struct list {
	char **items;
	size_t n;
};

struct watch_filter {
	char *cwd;
	struct list names; /* of folders ignored at any depth */
	struct list paths; /* of ignored folders, absolute */
	struct list endings;
	struct list apart; /* absolute paths of files */
};

static void
list_add(struct list *list, char *item)
{
	list->items = xrealloc(
	    list->items, (list->n + 1) * sizeof(*list->items));
	list->items[list->n++] = item;
}

static void
list_clear(struct list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
}

char *
watch_filter_absolute(const struct watch_filter *filter, const char *path)
{
	return watch_path_absolute(filter->cwd, path);
}

static void
add_ignored(struct watch_filter *filter, const char *name)
{
	if (strchr(name, '/') != NULL)
		list_add(&filter->paths, watch_filter_absolute(filter, name));
	else
		list_add(&filter->names, xstrdup(name));
}

/* As it is spelled, and as the system has it. */
static void
add_apart(struct watch_filter *filter, const char *path, bool resolve)
{
	char *whole = watch_filter_absolute(filter, path);
	char *real = resolve ? realpath(whole, NULL) : NULL;

	if (real != NULL)
		list_add(&filter->apart, real);
	list_add(&filter->apart, whole);
}

struct watch_filter *
watch_filter_new(const struct watch_config *config, const char *cwd)
{
	static const char *const none[] = { NULL };
	struct watch_filter *filter = xcalloc(1, sizeof(*filter));
	const char *const *at;

	filter->cwd = xstrdup(cwd);
	for (at = always_ignored; *at != NULL; at++)
		add_ignored(filter, *at);
	at = config->ignored_dirs != NULL ? config->ignored_dirs : none;
	for (; *at != NULL; at++)
		add_ignored(filter, *at);
	at = config->endings != NULL ? config->endings : none;
	for (; *at != NULL; at++)
		list_add(&filter->endings, xstrdup(*at));
	/* What a symlink leads to may be somebody else's in a moment. */
	at = config->files != NULL ? config->files : none;
	for (; *at != NULL; at++)
		add_apart(filter, *at, false);
	at = config->others != NULL ? config->others : none;
	for (; *at != NULL; at++)
		add_apart(filter, *at, true);
	return filter;
}

void
watch_filter_free(struct watch_filter *filter)
{
	if (filter == NULL)
		return;
	list_clear(&filter->names);
	list_clear(&filter->paths);
	list_clear(&filter->endings);
	list_clear(&filter->apart);
	free(filter->cwd);
	free(filter);
}

/* Whether path and name, joined, are whole. */
static bool
is_joined(const char *whole, const char *path, const char *name)
{
	const size_t len = strcmp(path, "/") == 0 ? 0 : strlen(path);

	return strncmp(whole, path, len) == 0 && whole[len] == '/' &&
	    strcmp(whole + len + 1, name) == 0;
}

static bool
list_has_joined(const struct list *list, const char *path, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (is_joined(list->items[i], path, name))
			return true;
	return false;
}

bool
watch_filter_enters(
    const struct watch_filter *filter, const char *path, const char *name)
{
	for (size_t i = 0; i < filter->names.n; i++)
		if (strcmp(filter->names.items[i], name) == 0)
			return false;
	return !list_has_joined(&filter->paths, path, name);
}

/* Whether name ends with ".DIGITS.DIGITS", and starts with a dot. */
static bool
is_private_copy(const char *name)
{
	const char *end = name + strlen(name);

	if (name[0] != '.')
		return false;
	for (unsigned numbers = 0; numbers < 2; numbers++) {
		const char *at = end;

		while (at > name && ascii_is_digit(at[-1]))
			at--;
		if (at == end || at <= name + 1 || at[-1] != '.')
			return false;
		end = at - 1;
	}
	return end > name + 1;
}

bool
watch_filter_has_ending(const struct watch_filter *filter, const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i < filter->endings.n; i++) {
		const char *ending = filter->endings.items[i];
		const size_t n = strlen(ending);

		if (len >= n && strcmp(name + len - n, ending) == 0)
			return !is_private_copy(name);
	}
	return false;
}

bool
watch_filter_is_apart(
    const struct watch_filter *filter, const char *path, const char *name)
{
	return list_has_joined(&filter->apart, path, name);
}

const char *
watch_filter_shown(const struct watch_filter *filter, const char *path)
{
	const size_t len = strcmp(filter->cwd, "/") == 0 ? 0
							 : strlen(filter->cwd);

	if (strncmp(path, filter->cwd, len) != 0 || path[len] != '/')
		return path;
	return path + len + 1;
}

const char *
watch_filter_cwd(const struct watch_filter *filter)
{
	return filter->cwd;
}
