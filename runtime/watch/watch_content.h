/*
 * What is known of a file's content, and reading it in pieces to find out.
 *
 * Files above WATCH_CONTENT_MAX are not read, since all reports would wait for
 * that: their hash is made of size, mtime, ctime, device and inode.  So they
 * differ also when they are touched, or written again as they were.
 */
#ifndef RUNTIME_WATCH_WATCH_CONTENT_H
#define RUNTIME_WATCH_WATCH_CONTENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "runtime/base/hash.h"

#define WATCH_CONTENT_MAX (64 << 20) /* bytes */

/* All zero: there is no such file. */
struct watch_content {
	bool there;
	uint64_t hash;
	/* By these it looks as if nothing changed. */
	int64_t size, mtime_ns, ctime_ns;
	uint64_t device, inode;
};

/* Whether both hold the same bytes, or neither is there. */
bool watch_content_is_same(
    const struct watch_content *one, const struct watch_content *other);

/* Whether a file with this stat need not be read to know that it is so still. */
bool watch_content_looks_like(
    const struct watch_content *content, const struct stat *st);

int64_t watch_content_ctime_ns(const struct stat *st);

/* A file that is being read. */
struct watch_reading {
	int fd;
	struct stat st;
	struct hash hash;
	bool whole; /* for the caller to set: read, however large it is */
};

enum watch_verdict {
	WATCH_READING,   /* there is more to read */
	WATCH_READ,      /* *content is what was found */
	WATCH_UNREADABLE /* nobody knows: *content is as before */
};

/*
 * Opens the file, through symlinks.  WATCH_READ at once if there is none: what
 * is no regular file is none.
 */
enum watch_verdict watch_reading_open(struct watch_reading *reading,
    const char *path, struct watch_content *content);

/* Reads on until clock_ns() is past until_ns; closes the file at its end. */
enum watch_verdict watch_reading_step(struct watch_reading *reading,
    int64_t until_ns, struct watch_content *content);

/* Gives up a file of which there is more to read. */
void watch_reading_close(struct watch_reading *reading);

#endif
