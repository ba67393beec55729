#include "transports/http/body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void
body_init(struct body *body)
{
	*body = (struct body) { .file = -1 };
}

void
body_clear(struct body *body)
{
	buffer_clear(&body->memory);
	if (body->mapped != NULL)
		munmap(body->mapped, body->size);
	if (body->file >= 0)
		close(body->file);
	body_init(body);
}

/* Not every file system has O_TMPFILE. */
static int
open_temporary(void)
{
	const char *folder = getenv("TMPDIR");
	char name[4096];
	int fd;

	if (folder == NULL || folder[0] == '\0')
		folder = "/tmp";
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
move_to_file(struct body *body)
{
	body->file = open_temporary();
	if (body->file < 0)
		return -1;
	if (write_all(body->file, buffer_data(&body->memory),
		buffer_len(&body->memory)) < 0)
		return -1;
	buffer_clear(&body->memory);
	return 0;
}

int
body_add(struct body *body, const char *data, size_t len, uint64_t memory_max)
{
	if (body->file < 0 && body->size + len > memory_max &&
	    move_to_file(body) < 0)
		return -1;
	if (body->file >= 0) {
		if (write_all(body->file, data, len) < 0)
			return -1;
	} else {
		buffer_add(&body->memory, data, len);
	}
	body->size += len;
	return 0;
}

struct tomo_bytes
body_bytes(struct body *body)
{
	if (body->size == 0)
		return (struct tomo_bytes) { "", 0 };
	if (body->file < 0)
		return (struct tomo_bytes) { buffer_data(&body->memory),
			body->size };
	if (body->mapped == NULL) {
		body->mapped = mmap(
		    NULL, body->size, PROT_READ, MAP_PRIVATE, body->file, 0);
		if (body->mapped == MAP_FAILED)
			body->mapped = NULL;
	}
	return (struct tomo_bytes) { body->mapped,
		body->mapped != NULL ? body->size : 0 };
}
