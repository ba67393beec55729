#include "runtime/build/headers.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/hash.h"
#include "runtime/build/cache.h"

/* The assembler finds the file below the folder that make runs in. */
#define CARRY(symbol, name) \
	__asm__(".pushsection .rodata\n" \
		".global header_" #symbol "\n" \
		".hidden header_" #symbol "\n" \
		"header_" #symbol ":\n" \
		".incbin \"abi/" name "\"\n" \
		".byte 0\n" \
		".popsection\n"); \
	extern const char header_##symbol[] \
	    __attribute__((visibility("hidden")));
#define ROW(symbol, name) { name, header_##symbol },

#define ALL(X) \
	X(all, "tomodachi.h") \
	X(abi, "tomodachi/abi.h") \
	X(call, "tomodachi/call.h") \
	X(cxx, "tomodachi/cxx.h") \
	X(http, "tomodachi/http.h") \
	X(http_client, "tomodachi/http_client.h") \
	X(http_cookie, "tomodachi/http_cookie.h") \
	X(http_form, "tomodachi/http_form.h") \
	X(http_send, "tomodachi/http_send.h") \
	X(log, "tomodachi/log.h") \
	X(schedule, "tomodachi/schedule.h") \
	X(task, "tomodachi/task.h") \
	X(websocket, "tomodachi/websocket.h")

ALL(CARRY)

const struct header headers[] = { ALL(ROW) { NULL, NULL } };

static uint64_t
content_hash(void)
{
	struct hash hash;

	hash_init(&hash);
	/* With its NUL each, so that no two lists look the same. */
	for (const struct header *at = headers; at->name != NULL; at++) {
		hash_add(&hash, at->name, strlen(at->name) + 1);
		hash_add(&hash, at->text, strlen(at->text) + 1);
	}
	return hash_value(&hash);
}

static bool
is_written(const char *path, const char *text)
{
	const size_t len = strlen(text);
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return false;
	/* One byte more than it should have. */
	char *there = xcalloc(1, len + 1);
	const bool same = fread(there, 1, len + 1, file) == len &&
	    memcmp(there, text, len) == 0;
	free(there);
	fclose(file);
	return same;
}

/* Returns 0, or errno. */
static int
write_text(int fd, const char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		const ssize_t put = write(fd, text, left);

		if (put < 0)
			return errno;
		text += put;
		left -= (size_t)put;
	}
	return 0;
}

static int
write_file(const char *path, const char *text, struct error *err)
{
	char *draft = xasprintf("%s.XXXXXX", path);
	const int fd = mkostemp(draft, O_CLOEXEC);
	int failed = fd < 0 ? errno : write_text(fd, text);

	if (fd >= 0)
		close(fd);
	if (failed == 0 && rename(draft, path) != 0)
		failed = errno;
	if (failed != 0) {
		if (fd >= 0)
			unlink(draft);
		error_set(err, "cannot write %s: %s", path, strerror(failed));
	}
	free(draft);
	return failed == 0 ? 0 : -1;
}

static int
write_all(const char *folder, struct error *err)
{
	for (const struct header *at = headers; at->name != NULL; at++) {
		char *path = xasprintf("%s/%s", folder, at->name);
		const int failed = is_written(path, at->text)
		    ? 0
		    : write_file(path, at->text, err);

		free(path);
		if (failed != 0)
			return -1;
	}
	return 0;
}

char *
headers_write(const char *cache, struct error *err)
{
	char *folder = xasprintf(
	    "%s/include-" VERSION "-%016" PRIx64, cache, content_hash());
	char *below = xasprintf("%s/tomodachi", folder);
	const int failed = cache_make(below, err) != 0 ||
	    write_all(folder, err) != 0;

	free(below);
	if (!failed)
		return folder;
	free(folder);
	return NULL;
}
