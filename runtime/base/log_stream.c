#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/base/log_fd.h"
#include "runtime/base/log_format.h"

/* What waits for a slow reader, and what an idle stream holds, at most. */
#define MAX_BUFFERED (1024 * 1024)
#define MAX_KEPT (256 * 1024)

struct log_stream {
	int fd;
	enum log_fd_kind kind;
	char *path; /* NULL: standard output */
	struct log_style style;
	struct log_text text;
	size_t done;     /* of text, written already */
	bool is_stalled; /* the last flush could not write all */
	uint64_t dropped, told;
};

static bool
is_stdout(const struct log_stream *stream)
{
	return stream->path == NULL;
}

static size_t
buffered(const struct log_stream *stream)
{
	return stream->text.len - stream->done;
}

/*
 * O_NONBLOCK is for a FIFO, which else would wait for its reader: to open it
 * and then to write.  Nobody else has this open file.
 */
static int
open_file(const char *path, struct error *err)
{
	int fd = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
	    0644);

	if (fd < 0)
		error_set(err, "access log %s: cannot open: %s", path,
		    strerror(errno));
	return fd;
}

/* Says on standard error what was lost, once the reader is back. */
static void
tell_dropped(struct log_stream *stream)
{
	log_record("tomodachi.log", TOMO_LOG_WARNING,
	    "access records were dropped",
	    TOMO_LOG_STR("destination",
		is_stdout(stream) ? "standard output" : stream->path),
	    TOMO_LOG_INT("dropped", (int64_t)(stream->dropped - stream->told)));
	stream->told = stream->dropped;
}

/* Gives back memory, or moves what is left to the front if that is cheap. */
static void
tidy(struct log_stream *stream)
{
	struct log_text *text = &stream->text;
	size_t rest = buffered(stream);

	if (rest > stream->done)
		return;
	if (rest > 0)
		memcpy(text->data, text->data + stream->done, rest);
	text->len = rest;
	stream->done = 0;
	if (rest == 0 && text->size > MAX_KEPT)
		log_text_clear(text);
}

struct log_stream *
log_stream_stdout(void)
{
	struct log_stream *stream = xcalloc(1, sizeof(*stream));

	stream->fd = STDOUT_FILENO;
	stream->kind = log_fd_kind(stream->fd);
	stream->style.has_colour = log_has_colour(stream->fd);
	return stream;
}

struct log_stream *
log_stream_file(const char *path, struct error *err)
{
	struct log_stream *stream;
	int fd = open_file(path, err);

	if (fd < 0)
		return NULL;
	stream = xcalloc(1, sizeof(*stream));
	stream->fd = fd;
	stream->kind = log_fd_kind(fd);
	stream->path = xstrdup(path);
	stream->style.format = LOG_JSON;
	return stream;
}

void
log_stream_free(struct log_stream *stream)
{
	if (stream == NULL)
		return;
	log_stream_flush(stream);
	log_text_clear(&stream->text);
	if (!is_stdout(stream))
		close(stream->fd);
	free(stream->path);
	free(stream);
}

void
log_stream_add(struct log_stream *stream, const char *logger, int level,
    const char *message, const struct tomo_log_field *fields)
{
	const struct log_record record = { .logger = logger,
		.level = level,
		.message = message,
		.fields = fields };
	size_t before;

	if (is_stdout(stream)) {
		if (!log_is_on(level))
			return;
		stream->style.format = log_current_format();
	}
	if (buffered(stream) >= MAX_BUFFERED / 2 && !stream->is_stalled)
		log_stream_flush(stream);
	before = stream->text.len;
	if (buffered(stream) < MAX_BUFFERED) {
		log_format_record(&stream->text, &stream->style, &record);
		if (!stream->text.has_failed &&
		    buffered(stream) <= MAX_BUFFERED)
			return;
	}
	stream->text.len = before;
	stream->dropped++;
}

void
log_stream_flush(struct log_stream *stream)
{
	size_t before = buffered(stream);

	if (before == 0)
		return;
	stream->done += log_fd_write(
	    stream->fd, stream->kind, stream->text.data + stream->done, before);
	stream->is_stalled = buffered(stream) > 0;
	tidy(stream);
	if (!stream->is_stalled && stream->dropped > stream->told)
		tell_dropped(stream);
}

int
log_stream_reopen(struct log_stream *stream, struct error *err)
{
	int fd;

	if (is_stdout(stream))
		return 0;
	log_stream_flush(stream);
	fd = open_file(stream->path, err);
	if (fd < 0)
		return -1;
	close(stream->fd);
	stream->fd = fd;
	stream->kind = log_fd_kind(fd);
	return 0;
}

uint64_t
log_stream_dropped(const struct log_stream *stream)
{
	return stream->dropped;
}
