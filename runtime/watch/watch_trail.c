#include "runtime/watch/watch_trail.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/alloc.h"

#define MAX_LINKS 40 /* as the system has it */

/* A walk: where it is, and what is left to go. */
struct walk {
	struct watch_trail *trail;
	char *at;   /* absolute; "" is the root of all */
	char *rest; /* what comes after it */
	unsigned links;
};

static void
add_step(struct walk *walk, const char *name)
{
	struct watch_trail *trail = walk->trail;

	trail->steps = xrealloc(
	    trail->steps, (trail->n + 1) * sizeof(*trail->steps));
	trail->steps[trail->n++] = (struct watch_step) {
		.folder = xstrdup(walk->at[0] != '\0' ? walk->at : "/"),
		.name = name != NULL ? xstrdup(name) : NULL,
		.wd = -1,
	};
}

/* Takes the next name off the rest; NULL at the end.  The caller frees it. */
static char *
next_name(struct walk *walk)
{
	const char *start = walk->rest + strspn(walk->rest, "/");
	const size_t len = strcspn(start, "/");
	char *name = len > 0 ? xstrndup(start, len) : NULL;
	char *rest = xstrdup(start + len);

	free(walk->rest);
	walk->rest = rest;
	return name;
}

static void
go_to(struct walk *walk, char *path)
{
	free(walk->at);
	walk->at = path;
}

/* Goes on where the symlink leads; false if that cannot be known. */
static bool
follow(struct walk *walk, const char *link)
{
	char target[PATH_MAX];
	const ssize_t len = readlink(link, target, sizeof(target) - 1);

	if (len <= 0 || ++walk->links > MAX_LINKS)
		return false;
	target[len] = '\0';
	char *rest = xasprintf("%s/%s", target, walk->rest);
	free(walk->rest);
	walk->rest = rest;
	if (target[0] == '/')
		go_to(walk, xstrdup(""));
	return true;
}

/* One name further; false at the end. */
static bool
advance(struct walk *walk)
{
	struct stat st;
	char *name = next_name(walk);
	bool more = false;

	if (name == NULL)
		return false;
	char *path = xasprintf("%s/%s", walk->at, name);
	const bool is_last = walk->rest[strspn(walk->rest, "/")] == '\0';
	const bool is_there = lstat(path, &st) == 0;
	if (!is_there || S_ISLNK(st.st_mode) || is_last)
		add_step(walk, name);
	if (is_there && S_ISLNK(st.st_mode)) {
		more = follow(walk, path);
		walk->trail->is_whole = more;
		free(path);
	} else {
		go_to(walk, path);
		walk->trail->is_whole = is_there && is_last;
		more = is_there && !is_last;
		if (more)
			add_step(walk, NULL);
	}
	free(name);
	return more;
}

void
watch_trail_resolve(struct watch_trail *trail, const char *path)
{
	struct walk walk = {
		.trail = trail, .at = xstrdup(""), .rest = xstrdup(path)
	};

	*trail = (struct watch_trail) { .is_whole = true };
	while (advance(&walk))
		;
	free(walk.at);
	free(walk.rest);
}

void
watch_trail_clear(struct watch_trail *trail)
{
	for (size_t i = 0; i < trail->n; i++) {
		free(trail->steps[i].folder);
		free(trail->steps[i].name);
	}
	free(trail->steps);
	*trail = (struct watch_trail) { .steps = NULL };
}

void
watch_trail_append(struct watch_trail *trail, struct watch_trail *more)
{
	if (more->n == 0)
		return;
	trail->steps = xrealloc(
	    trail->steps, (trail->n + more->n) * sizeof(*trail->steps));
	memcpy(trail->steps + trail->n, more->steps,
	    more->n * sizeof(*more->steps));
	trail->n += more->n;
	free(more->steps);
	*more = (struct watch_trail) { .steps = NULL };
}

static bool
is_same_step(const struct watch_step *one, const struct watch_step *other)
{
	if (strcmp(one->folder, other->folder) != 0)
		return false;
	if (one->name == NULL || other->name == NULL)
		return one->name == other->name;
	return strcmp(one->name, other->name) == 0;
}

bool
watch_trail_is_same(
    const struct watch_trail *one, const struct watch_trail *other)
{
	if (one->n != other->n || one->is_whole != other->is_whole)
		return false;
	for (size_t i = 0; i < one->n; i++)
		if (!is_same_step(&one->steps[i], &other->steps[i]))
			return false;
	return true;
}
