#include "runtime/build/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/folder.h"
#include "runtime/base/hash.h"

#define RUN "run-"
#define STRAY_AFTER_S (24 * 60 * 60)

/* Leaves room for what is added to it within the 255 bytes of a file name. */
#define NAME_MAX_LEN 200

/* ---- making folders ---- */

/* Returns 0, or errno. */
static int
make_all(const char *folder)
{
	char *path = xstrdup(folder);
	int failed = 0;

	for (char *at = path; failed == 0 && at != NULL;) {
		at = strchr(at + 1, '/');
		if (at != NULL)
			*at = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			failed = errno;
		if (at != NULL)
			*at = '/';
	}
	free(path);
	return failed;
}

/*
 * Returns 0; errno if the folder cannot be had or written, with the reason; or
 * -1 with the reason if it must not be trusted.
 */
static int
make(const char *folder, struct error *err)
{
	struct stat st;
	int failed = make_all(folder);

	if (failed == 0 && lstat(folder, &st) != 0)
		failed = errno;
	if (failed == 0 && !S_ISDIR(st.st_mode))
		failed = ENOTDIR;
	if (failed == 0 && st.st_uid != geteuid())
		return error_set(err,
		    "cache folder %s: another user owns it: set "
		    "XDG_CACHE_HOME to a folder of your own",
		    folder);
	if (failed == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(err,
		    "cache folder %s: other users may write to it: chmod 0700 "
		    "it",
		    folder);
	if (failed == 0 && access(folder, R_OK | W_OK | X_OK) != 0)
		failed = errno;
	if (failed != 0)
		error_set(err,
		    "cache folder %s: %s: set XDG_CACHE_HOME to a folder that "
		    "can be written",
		    folder, strerror(failed));
	return failed;
}

int
cache_make(const char *folder, struct error *err)
{
	return make(folder, err) == 0 ? 0 : -1;
}

/* ---- the cache folder ---- */

/* What the variable holds if that is an absolute path, or NULL. */
static const char *
absolute(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] == '/' ? value : NULL;
}

/* Not "tomodachi-", which the folders of private copies begin with. */
static char *
temporary(void)
{
	const char *where = absolute("TMPDIR");

	return xasprintf("%s/tomodachi.cache.%ld",
	    where != NULL ? where : "/tmp", (long)geteuid());
}

char *
cache_root(struct error *err)
{
	const char *cache = absolute("XDG_CACHE_HOME");
	const char *home = absolute("HOME");
	char *places[] = {
		cache != NULL ? xasprintf("%s/tomodachi", cache) : NULL,
		home != NULL ? xasprintf("%s/.cache/tomodachi", home) : NULL,
		temporary(),
	};
	const size_t nplaces = sizeof(places) / sizeof(places[0]);
	char *root = NULL;
	int failed = ENOENT;

	for (size_t i = 0; i < nplaces && failed > 0; i++) {
		if (places[i] == NULL)
			continue;
		failed = make(places[i], err);
		if (failed == 0)
			root = xstrdup(places[i]);
	}
	for (size_t i = 0; i < nplaces; i++)
		free(places[i]);
	return root;
}

/* ---- the folder of a file ---- */

char *
cache_name(const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash != NULL ? slash + 1 : file;
	const char *dot = strrchr(base, '.');
	size_t len = dot != NULL && dot != base ? (size_t)(dot - base)
						: strlen(base);

	return xstrndup(base, len < NAME_MAX_LEN ? len : NAME_MAX_LEN);
}

/* The real path, also of what is not there yet; the caller frees it. */
static char *
real_path(const char *file)
{
	char *real = realpath(file, NULL);
	const char *slash = strrchr(file, '/');

	if (real != NULL)
		return real;
	char *above = slash == NULL
	    ? xstrdup(".")
	    : xstrndup(file, slash == file ? 1 : (size_t)(slash - file));
	char *folder = realpath(above, NULL);
	real = xasprintf("%s/%s", folder != NULL ? folder : above,
	    slash != NULL ? slash + 1 : file);
	free(above);
	free(folder);
	return real;
}

char *
cache_folder(const char *root, const char *file)
{
	char *real = real_path(file);
	char *name = cache_name(file), *path;
	struct hash hash;

	hash_init(&hash);
	hash_add(&hash, real, strlen(real));
	path = xasprintf("%s/%s-%016" PRIx64, root, name, hash_value(&hash));
	free(name);
	free(real);
	return path;
}

/* ---- the folder of a run ---- */

static void
remove_strays(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	struct stat st;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, RUN, strlen(RUN)) != 0 ||
		    fstatat(dirfd(dir), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISDIR(st.st_mode) ||
		    st.st_mtime > time(NULL) - STRAY_AFTER_S)
			continue;
		char *path = xasprintf("%s/%s", folder, entry->d_name);
		folder_remove(path);
		free(path);
	}
	closedir(dir);
}

char *
cache_run_new(const char *folder, struct error *err)
{
	if (cache_make(folder, err) != 0)
		return NULL;
	remove_strays(folder);

	char *path = xasprintf("%s/" RUN "XXXXXX", folder);
	if (mkdtemp(path) != NULL)
		return path;
	error_set(err, "cannot make %s: %s", path, strerror(errno));
	free(path);
	return NULL;
}
