#include "transports/http/body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What is written to a file at once; a peer may send its bytes one by one. */
#define GATHERED ((size_t)64 * 1024)
#define FIRST_ROOM ((size_t)4096)

void
body_init(struct body *body, struct body_memory *all)
{
	*body = (struct body) { .all = all, .file = -1 };
}

static void
free_memory(struct body *body)
{
	free(body->memory);
	body->all->total -= body->room;
	body->memory = NULL;
	body->held = body->room = 0;
}

void
body_clear(struct body *body)
{
	free_memory(body);
	if (body->mapped != NULL)
		munmap(body->mapped, body->size);
	if (body->file >= 0)
		close(body->file);
	body->all->files -= body->filed;
	body_init(body, body->all);
}

/* ---- memory ---- */

/* Room for len more bytes in all, of which a body may have up to max. */
static size_t
wanted_room(const struct body *body, size_t len, uint64_t max)
{
	const size_t least = body->held + len;
	size_t room = body->room > 0 ? body->room : FIRST_ROOM;

	if (least <= body->room)
		return body->room;
	while (room < least)
		room *= 2;
	return room > max ? (size_t)max : room;
}

/* Whether len more bytes may be held, in a body's memory of up to max. */
static bool
may_hold(const struct body *body, size_t len, uint64_t max)
{
	const struct body_memory *all = body->all;

	return body->held + len <= max &&
	    wanted_room(body, len, max) - body->room <=
	    all->total_max - all->total;
}

static int
hold(struct body *body, const char *data, size_t len, uint64_t max)
{
	const size_t room = wanted_room(body, len, max);

	if (room > body->room) {
		char *wider = realloc(body->memory, room);

		if (wider == NULL)
			return -1;
		body->all->total += room - body->room;
		body->memory = wider;
		body->room = room;
	}
	memcpy(body->memory + body->held, data, len);
	body->held += len;
	return 0;
}

/* ---- the file ---- */

static int
count(struct body *body, size_t len)
{
	struct body_memory *all = body->all;

	if (len > all->files_max - all->files) {
		errno = EDQUOT;
		return -1;
	}
	all->files += len;
	body->filed += len;
	return 0;
}

const char *
body_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder != NULL && folder[0] != '\0' ? folder : "/tmp";
}

/* Not every file system has O_TMPFILE. */
static int
open_temporary(void)
{
	const char *folder = body_folder();
	char name[4096];
	int fd;

	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 ||
	    (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
		return fd;
	if ((size_t)snprintf(name, sizeof(name), "%s/tomodachi-XXXXXX",
		folder) >= sizeof(name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

static int
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, data, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		data += put;
		len -= (size_t)put;
	}
	return 0;
}

static int
write_held(struct body *body)
{
	const size_t held = body->held;

	body->held = 0;
	return write_all(body->file, body->memory, held);
}

static int
move_to_file(struct body *body)
{
	if (count(body, body->held) < 0)
		return -1;
	body->file = open_temporary();
	if (body->file < 0 || write_held(body) < 0)
		return -1;
	free_memory(body);
	return 0;
}

static int
add_to_file(struct body *body, const char *data, size_t len)
{
	if (count(body, len) < 0)
		return -1;
	if (may_hold(body, len, GATHERED))
		return hold(body, data, len, GATHERED);
	if (write_held(body) < 0)
		return -1;
	return len < GATHERED && may_hold(body, len, GATHERED)
	    ? hold(body, data, len, GATHERED)
	    : write_all(body->file, data, len);
}

/* ---- both ---- */

int
body_add(struct body *body, const char *data, size_t len)
{
	const uint64_t max = body->all->each_max;

	if (len == 0)
		return 0;
	if (body->file < 0 && !may_hold(body, len, max) &&
	    move_to_file(body) < 0)
		return -1;
	if ((body->file < 0 ? hold(body, data, len, max)
			    : add_to_file(body, data, len)) < 0)
		return -1;
	body->size += len;
	return 0;
}

int
body_end(struct body *body)
{
	if (body->file < 0)
		return 0;
	if (write_held(body) < 0)
		return -1;
	free_memory(body);
	return 0;
}

struct tomo_bytes
body_bytes(struct body *body)
{
	if (body->size == 0)
		return (struct tomo_bytes) { "", 0 };
	if (body->file < 0)
		return (struct tomo_bytes) { body->memory, body->size };
	if (body->mapped == NULL) {
		body->mapped = mmap(
		    NULL, body->size, PROT_READ, MAP_PRIVATE, body->file, 0);
		if (body->mapped == MAP_FAILED)
			body->mapped = NULL;
	}
	return (struct tomo_bytes) { body->mapped,
		body->mapped != NULL ? body->size : 0 };
}
