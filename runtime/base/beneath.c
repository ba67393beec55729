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
/* O_PATH: to search a folder one need not be able to list it. */
#define FOLDER_FLAGS (O_PATH | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW)

/* A rename at the wrong moment is answered with EAGAIN; it passes. */
#define TRIES 8

/* ---- step by step ---- */

static int
fail(int error)
{
	errno = error;
	return -1;
}

/* Opens one name in folder. */
static int
step(int folder, const char *at, size_t len, int flags)
{
	char name[NAME_MAX + 1];

	if (len > NAME_MAX)
		return fail(ENAMETOOLONG);
	if (len == 2 && memcmp(at, "..", 2) == 0)
		return fail(EXDEV);
	memcpy(name, at, len);
	name[len] = '\0';
	return openat(folder, name, flags);
}

/* The same, and lets go of folder. */
static int
step_from(int folder, const char *at, size_t len, int flags)
{
	const int fd = step(folder, at, len, flags);
	const int failure = errno;

	close(folder);
	errno = failure;
	return fd;
}

int
beneath_walk(int folder, const char *path)
{
	size_t len;
	int fd;

	if (path[0] == '/')
		return fail(EXDEV);
	fd = openat(folder, ".", FOLDER_FLAGS);
	for (; fd >= 0 && path[len = strcspn(path, "/")] != '\0';
	     path += len + 1)
		if (len > 0)
			fd = step_from(fd, path, len, FOLDER_FLAGS);
	if (fd < 0)
		return -1;
	if (len == 0)
		return step_from(fd, ".", 1, READ_FLAGS);
	return step_from(fd, path, len, READ_FLAGS | O_NOFOLLOW);
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
