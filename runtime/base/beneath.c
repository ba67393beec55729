#include "runtime/base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#define READ_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define FOLDER_FLAGS (O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW)

/* A rename at the wrong moment is answered with EAGAIN; it passes. */
#define TRIES 8

/* ---- step by step ---- */

static int
fail(int error)
{
	errno = error;
	return -1;
}

/* Opens one name in folder; the last one may be a file. */
static int
step(int folder, const char *at, size_t len, bool is_last)
{
	char name[NAME_MAX + 1];

	if (len > NAME_MAX)
		return fail(ENAMETOOLONG);
	if (len == 2 && memcmp(at, "..", 2) == 0)
		return fail(EXDEV);
	memcpy(name, at, len);
	name[len] = '\0';
	return openat(
	    folder, name, is_last ? READ_FLAGS | O_NOFOLLOW : FOLDER_FLAGS);
}

int
beneath_walk(int folder, const char *path)
{
	int fd;

	if (path[0] == '/')
		return fail(EXDEV);
	fd = openat(folder, ".", READ_FLAGS | O_DIRECTORY);
	while (fd >= 0 && *path != '\0') {
		const size_t len = strcspn(path, "/");
		const int outer = fd;
		int failure;

		if (len > 0 && !(len == 1 && *path == '.')) {
			fd = step(outer, path, len, path[len] == '\0');
			failure = errno;
			close(outer);
			errno = failure;
		}
		path += len;
		path += strspn(path, "/");
	}
	return fd;
}

/* ---- by the kernel ---- */

#ifdef SYS_openat2
static int
open_resolved(int folder, const char *path)
{
	const struct open_how how = {
		.flags = READ_FLAGS,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	errno = EAGAIN;
	for (int i = 0; i < TRIES && fd < 0 && errno == EAGAIN; i++)
		fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));
	return (int)fd;
}
#else
static int
open_resolved(int folder, const char *path)
{
	(void)folder;
	(void)path;
	return fail(ENOSYS);
}
#endif

int
beneath_open(int folder, const char *path)
{
	const int fd = open_resolved(folder, path);

	/* Filters of old containers say EPERM of calls they do not know. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return beneath_walk(folder, path);
	return fd;
}
