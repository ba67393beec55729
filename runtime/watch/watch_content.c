#include "runtime/watch/watch_content.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/clock.h"

#define PIECE 65536

/*
 * The clock of a file system ticks every few milliseconds: a file written so
 * lately may be written again without looking different.
 */
#define TICK_NS INT64_C(20000000)

static int64_t
ns_of(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

bool
watch_content_is_same(
    const struct watch_content *one, const struct watch_content *other)
{
	if (!one->there || !other->there)
		return one->there == other->there;
	return one->hash == other->hash && one->size == other->size;
}

int64_t
watch_content_ctime_ns(const struct stat *st)
{
	return ns_of(&st->st_ctim);
}

bool
watch_content_looks_like(
    const struct watch_content *content, const struct stat *st)
{
	return content->there && content->size == st->st_size &&
	    content->mtime_ns == ns_of(&st->st_mtim) &&
	    content->ctime_ns == ns_of(&st->st_ctim) &&
	    content->device == st->st_dev && content->inode == st->st_ino;
}

static void
set_absent(struct watch_content *content)
{
	*content = (struct watch_content) { .there = false };
}

enum watch_verdict
watch_reading_open(struct watch_reading *reading, const char *path,
    struct watch_content *content)
{
	/* A FIFO must not block; what has no end must not be read. */
	reading->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (reading->fd < 0) {
		const int failed = errno;

		if (failed != ENOENT && failed != ENOTDIR && failed != ELOOP &&
		    failed != ENXIO)
			return WATCH_UNREADABLE;
		set_absent(content);
		return WATCH_READ;
	}
	if (fstat(reading->fd, &reading->st) != 0 ||
	    !S_ISREG(reading->st.st_mode)) {
		watch_reading_close(reading);
		set_absent(content);
		return WATCH_READ;
	}
	hash_init(&reading->hash);
	return WATCH_READING;
}

static bool
is_too_large(const struct watch_reading *reading)
{
	return !reading->whole && reading->st.st_size > WATCH_CONTENT_MAX;
}

static void
hash_looks(struct watch_reading *reading)
{
	const struct stat *st = &reading->st;
	const int64_t looks[] = { st->st_size, ns_of(&st->st_mtim),
		ns_of(&st->st_ctim), (int64_t)st->st_dev, (int64_t)st->st_ino };

	hash_add(&reading->hash, looks, sizeof(looks));
}

/* What the file looked like before it was read: what came later will show. */
static void
set_found(const struct watch_reading *reading, struct watch_content *content)
{
	const struct stat *st = &reading->st;
	struct timespec now;

	content->there = true;
	content->hash = hash_value(&reading->hash);
	content->size = is_too_large(reading) ? st->st_size
					      : (int64_t)reading->hash.length;
	content->mtime_ns = ns_of(&st->st_mtim);
	content->ctime_ns = ns_of(&st->st_ctim);
	content->device = st->st_dev;
	content->inode = st->st_ino;
	clock_gettime(CLOCK_REALTIME, &now);
	if (ns_of(&now) - content->ctime_ns < TICK_NS)
		content->ctime_ns = 0;
}

enum watch_verdict
watch_reading_step(struct watch_reading *reading, int64_t until_ns,
    struct watch_content *content)
{
	static unsigned char piece[PIECE];
	ssize_t got;

	if (is_too_large(reading)) {
		hash_looks(reading);
		watch_reading_close(reading);
		set_found(reading, content);
		return WATCH_READ;
	}
	while ((got = read(reading->fd, piece, sizeof(piece))) > 0) {
		hash_add(&reading->hash, piece, (size_t)got);
		if (clock_ns() >= until_ns)
			return WATCH_READING;
	}
	if (got < 0 && errno == EINTR)
		return WATCH_READING;
	watch_reading_close(reading);
	if (got < 0)
		return WATCH_UNREADABLE;
	set_found(reading, content);
	return WATCH_READ;
}

void
watch_reading_close(struct watch_reading *reading)
{
	if (reading->fd >= 0)
		close(reading->fd);
	reading->fd = -1;
}
