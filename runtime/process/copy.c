#include "runtime/process/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/ascii.h"
#include "runtime/base/folder.h"

#define PREFIX "tomodachi-"

struct copy_folder {
	char *path; /* NULL: there is none */
	int lock;
	unsigned copies; /* made in it so far */
};

struct copy {
	unsigned refs;
	char *path;
	int lock;  /* of a file of ours, or -1 */
	int memfd; /* or -1 */
	bool ours; /* the path is a file to remove */
};

/* ---- strays ---- */

/* Whether nobody holds the lock; then it is ours until fd is closed. */
static bool
is_stray(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static void
remove_stray_folders(const char *where)
{
	DIR *dir = opendir(where);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		const int fd = openat(dirfd(dir), entry->d_name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (is_stray(fd)) {
			char *path = xasprintf("%s/%s", where, entry->d_name);
			folder_remove(path);
			free(path);
		}
		close(fd);
	}
	closedir(dir);
}

/* Whether name is ".BASE.PID.GENERATION". */
static bool
is_copy_of(const char *name, const char *base)
{
	const size_t len = strlen(base);
	unsigned dots = 0;

	if (name[0] != '.' || strncmp(name + 1, base, len) != 0)
		return false;
	for (const char *at = name + 1 + len; *at != '\0'; at++) {
		if (*at == '.' && ascii_is_digit(at[1]))
			dots++;
		else if (!ascii_is_digit(*at) || dots == 0)
			return false;
	}
	return dots == 2;
}

static void
remove_stray_copies(const char *where, const char *base)
{
	DIR *dir = opendir(where);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (!is_copy_of(entry->d_name, base))
			continue;
		const int fd = openat(dirfd(dir), entry->d_name,
		    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (is_stray(fd))
			unlinkat(dirfd(dir), entry->d_name, 0);
		close(fd);
	}
	closedir(dir);
}

/* ---- the folder ---- */

static bool
is_runnable(const char *folder)
{
	struct statvfs fs;

	return statvfs(folder, &fs) == 0 && (fs.f_flag & ST_NOEXEC) == 0;
}

/*
 * Opens and locks what was just made.  Returns -1 if somebody who looks for
 * strays was faster, and has removed it.
 */
static int
lock_path(const char *path)
{
	struct stat there, here;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &here) == 0 &&
	    stat(path, &there) == 0 && here.st_ino == there.st_ino)
		return fd;
	close(fd);
	return -1;
}

static bool
make_folder(struct copy_folder *folder, const char *where)
{
	char *path = xasprintf("%s/" PREFIX "XXXXXX", where);

	if (mkdtemp(path) != NULL) {
		folder->lock = lock_path(path);
		if (folder->lock >= 0) {
			folder->path = path;
			return true;
		}
	}
	free(path);
	return false;
}

struct copy_folder *
copy_folder_new(void)
{
	struct copy_folder *folder = xcalloc(1, sizeof(*folder));
	const char *where = getenv("TMPDIR");

	folder->lock = -1;
	if (where == NULL || where[0] == '\0')
		where = "/tmp";
	remove_stray_folders(where);
	if (is_runnable(where))
		for (int i = 0; i < 3 && !make_folder(folder, where); i++)
			continue;
	return folder;
}

void
copy_folder_free(struct copy_folder *folder)
{
	if (folder == NULL)
		return;
	if (folder->path != NULL) {
		folder_remove(folder->path);
		close(folder->lock);
	}
	free(folder->path);
	free(folder);
}

const char *
copy_folder_path(const struct copy_folder *folder)
{
	return folder->path;
}

/* ---- a copy ---- */

/* Returns 0, or errno. */
static int
copy_bytes(int from, int to)
{
	char buf[32768];
	ssize_t got, put;

	while ((got = read(from, buf, sizeof(buf))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		for (ssize_t done = 0; done < got; done += put) {
			put = write(to, buf + done, (size_t)(got - done));
			if (put < 0)
				return errno;
		}
	}
	return 0;
}

static bool
is_unchanged(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/*
 * A file that is written to meanwhile would be half of each build.  Returns 0,
 * errno with the reason in *err, or -1 for that.
 */
static int
copy_file(const char *file, int to, struct error *err)
{
	struct stat before, after;
	const int from = open(file, O_RDONLY | O_CLOEXEC);

	if (from < 0) {
		const int missing = errno;
		error_set(err, "%s: %s", file, strerror(missing));
		return missing;
	}
	int failed = fstat(from, &before) != 0 ? errno : copy_bytes(from, to);
	if (failed == 0 && fstat(from, &after) != 0)
		failed = errno;
	close(from);
	if (failed != 0) {
		error_set(
		    err, "%s: cannot be copied: %s", file, strerror(failed));
		return failed;
	}
	if (!is_unchanged(&before, &after))
		return error_set(err, "%s: changed while it was copied", file);
	return 0;
}

/* Makes the copy's file; false if there can be none. */
static bool
create(struct copy *copy, char *path, int *fd)
{
	*fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	if (*fd < 0) {
		free(path);
		return false;
	}
	copy->path = path;
	copy->ours = true;
	copy->lock = lock_path(path);
	return true;
}

static bool
create_memfd(struct copy *copy, const char *base, int *fd)
{
	copy->memfd = memfd_create(base, MFD_CLOEXEC);
	if (copy->memfd < 0)
		return false;
	copy->path = xasprintf("/proc/self/fd/%d", COPY_FD);
	*fd = fcntl(copy->memfd, F_DUPFD_CLOEXEC, 3);
	return *fd >= 0;
}

/* The folder a path is in; the caller frees it. */
static char *
folder_of(const char *file)
{
	const char *slash = strrchr(file, '/');

	if (slash == NULL)
		return xstrdup(".");
	return xstrndup(file, slash == file ? 1 : (size_t)(slash - file));
}

static const char *
base_of(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash != NULL ? slash + 1 : file;
}

/* Beside the original; *fd is -1 if it must be the original itself. */
static void
place_beside(struct copy *copy, const char *file, unsigned generation, int *fd)
{
	const char *base = base_of(file);
	char *where = folder_of(file);

	if (generation == 1)
		remove_stray_copies(where, base);
	if (!is_runnable(where) ||
	    !create(copy,
		xasprintf(
		    "%s/.%s.%ld.%u", where, base, (long)getpid(), generation),
		fd)) {
		*fd = -1;
		copy->path = realpath(file, NULL);
		if (copy->path == NULL)
			copy->path = xstrdup(file);
	}
	free(where);
}

/* Counted, as two services of a run may have the same name. */
static int
place(struct copy *copy, struct copy_folder *folder, const char *file, int *fd)
{
	const char *base = base_of(file);

	if (folder->path != NULL &&
	    create(copy,
		xasprintf("%s/%s.%u", folder->path, base, ++folder->copies),
		fd))
		return 0;
	return create_memfd(copy, base, fd) ? 0 : -1;
}

/* Forgets the file it has, to be placed anew. */
static void
displace(struct copy *copy)
{
	if (copy->ours)
		unlink(copy->path);
	if (copy->lock >= 0)
		close(copy->lock);
	free(copy->path);
	copy->path = NULL;
	copy->lock = -1;
	copy->ours = false;
}

/* Instead of a file for which there is no room. */
static int
copy_to_memory(
    struct copy *copy, const char *file, const char *name, struct error *err)
{
	int fd;

	displace(copy);
	if (!create_memfd(copy, name, &fd))
		return -1;
	const int failed = copy_file(file, fd, err);
	close(fd);
	return failed;
}

struct copy *
copy_new(struct copy_folder *folder, const char *file, unsigned generation,
    bool uses_origin, struct error *err)
{
	struct copy *copy = xcalloc(1, sizeof(*copy));
	int fd = -1;

	copy->refs = 1;
	copy->lock = copy->memfd = -1;
	if (uses_origin) {
		place_beside(copy, file, generation, &fd);
		if (fd < 0)
			return copy;
	} else if (place(copy, folder, file, &fd) != 0) {
		error_set(
		    err, "%s: cannot be copied: %s", file, strerror(errno));
		goto fail;
	}
	int failed = copy_file(file, fd, err);
	close(fd);
	if ((failed == ENOSPC || failed == EDQUOT) && copy->ours &&
	    !uses_origin)
		failed = copy_to_memory(copy, file, base_of(file), err);
	if (failed == 0)
		return copy;

fail:
	copy_unref(copy);
	return NULL;
}

bool
copy_is_lost(const struct copy *copy)
{
	struct stat there, here;

	if (!copy->ours)
		return false;
	if (stat(copy->path, &there) != 0)
		return true;
	return copy->lock >= 0 && fstat(copy->lock, &here) == 0 &&
	    (there.st_ino != here.st_ino || there.st_dev != here.st_dev);
}

/*
 * At the same path, so that $ORIGIN stays what it is; else in memory.  What
 * fails leaves the bytes held, for the next time.
 */
int
copy_restore(struct copy *copy, const char *file, struct error *err)
{
	struct copy made = { .refs = copy->refs, .lock = -1, .memfd = -1 };
	char held[32];
	int fd, failed = ENOENT;

	snprintf(held, sizeof(held), "/proc/self/fd/%d", copy->lock);
	const char *from = copy->lock >= 0 ? held : file;
	error_set(err, "%s: its copy was removed", file);
	if (create(&made, xstrdup(copy->path), &fd)) {
		failed = copy_file(from, fd, err);
		close(fd);
	}
	if (failed > 0)
		failed = copy_to_memory(&made, from, base_of(file), err);
	/* The path's file is not ours any more; or it is, and made's. */
	copy->ours = failed != 0;
	if (failed != 0) {
		displace(&made);
		if (made.memfd >= 0)
			close(made.memfd);
		return -1;
	}
	displace(copy);
	*copy = made;
	return 0;
}

bool
copy_is_held(const struct copy *copy)
{
	return copy->lock >= 0;
}

struct copy *
copy_ref(struct copy *copy)
{
	copy->refs++;
	return copy;
}

void
copy_unref(struct copy *copy)
{
	if (copy == NULL || --copy->refs > 0)
		return;
	displace(copy);
	if (copy->memfd >= 0)
		close(copy->memfd);
	free(copy);
}

const char *
copy_path(const struct copy *copy)
{
	return copy->path;
}

int
copy_fd(const struct copy *copy)
{
	return copy->memfd;
}

bool
copy_is_original(const struct copy *copy)
{
	return !copy->ours && copy->memfd < 0;
}
