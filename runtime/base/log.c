#include "runtime/base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log_fd.h"
#include "runtime/base/log_format.h"

static const char *const format_names[] = {
	[LOG_CONSOLE] = "console",
	[LOG_JSON] = "json",
	[LOG_LOGFMT] = "logfmt",
	[LOG_DISABLED] = "disabled",
};

static const struct {
	const char *name;
	int level;
} levels[] = {
	{ "error", TOMO_LOG_ERROR },
	{ "warning", TOMO_LOG_WARNING },
	{ "info", TOMO_LOG_INFO },
	{ "debug", TOMO_LOG_DEBUG },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static atomic_int current_format = LOG_CONSOLE;
static atomic_int current_level = TOMO_LOG_INFO;
static atomic_int colour_wanted = -1; /* -1: not looked at yet */

/* Standard error. */
static struct {
	pthread_mutex_t lock;
	struct log_style style;
	struct log_text torn; /* the record of which a part was written */
	size_t torn_at;       /* and how much */
	uint64_t dropped;     /* since it was last said */
} out = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool
read_colour_wanted(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no_color != NULL && no_color[0] != '\0')
		return false;
	return term == NULL || strcmp(term, "dumb") != 0;
}

/* Finishes the line that was begun, before anything else may be written. */
static bool
write_torn(enum log_fd_kind kind)
{
	if (out.torn.len > 0)
		out.torn_at += log_fd_write(STDERR_FILENO, kind,
		    out.torn.data + out.torn_at, out.torn.len - out.torn_at);
	if (out.torn_at < out.torn.len)
		return false;
	log_text_clear(&out.torn);
	out.torn_at = 0;
	return true;
}

/* Keeps a record that was written up to at; takes over what text owns. */
static void
keep_torn(struct log_text *text, size_t at)
{
	if (!text->is_heap) {
		text->data = memcpy(
		    xcalloc(1, text->len), text->data, text->len);
		text->is_heap = true;
	}
	out.torn = *text;
	out.torn_at = at;
	*text = (struct log_text) { 0 };
}

/* Returns whether the text was written, at least in part; clears it. */
static bool
write_text(enum log_fd_kind kind, struct log_text *text)
{
	size_t written = 0;

	if (!text->has_failed)
		written = log_fd_write(
		    STDERR_FILENO, kind, text->data, text->len);
	if (written > 0 && written < text->len)
		keep_torn(text, written);
	log_text_clear(text);
	return written > 0;
}

static bool
write_record(enum log_fd_kind kind, const struct log_record *record)
{
	char memory[2048];
	struct log_text text;

	log_text_init(&text, memory, sizeof(memory));
	log_format_record(&text, &out.style, record);
	return write_text(kind, &text);
}

static bool
write_block(enum log_fd_kind kind, const char *lines)
{
	char memory[2048];
	struct log_text text;

	log_text_init(&text, memory, sizeof(memory));
	while (*lines != '\0' && !text.has_failed) {
		const size_t len = strcspn(lines, "\n");
		char *at = log_text_reserve(&text, LOG_ESCAPE_ROOM * len + 1);
		if (at == NULL)
			break;
		at = log_put_text(at, lines, len, false);
		*at++ = '\n';
		log_text_end(&text, at);
		lines += len + (lines[len] == '\n');
	}
	return write_text(kind, &text);
}

static bool
write_dropped(enum log_fd_kind kind)
{
	const struct tomo_log_field fields[] = {
		TOMO_LOG_INT("dropped", (int64_t)out.dropped),
		{ .key = NULL },
	};

	if (out.dropped == 0)
		return true;
	if (!write_record(kind,
		&(struct log_record) { .logger = "tomodachi.log",
		    .level = TOMO_LOG_WARNING,
		    .message = "log records were dropped",
		    .fields = fields }))
		return false;
	out.dropped = 0;
	return out.torn.len == 0;
}

void
log_setup(enum log_format format, int level)
{
	current_format = (int)format;
	current_level = level;
	colour_wanted = read_colour_wanted();
}

int
log_format_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(format_names); i++)
		if (strcmp(format_names[i], name) == 0)
			return (int)i;
	return -1;
}

int
log_level_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(levels); i++)
		if (strcmp(levels[i].name, name) == 0)
			return levels[i].level;
	return -1;
}

const char *
log_format_name(enum log_format format)
{
	return format_names[format];
}

const char *
log_level_name(int level)
{
	for (size_t i = 0; i < COUNT(levels); i++)
		if (level >= levels[i].level)
			return levels[i].name;
	return "debug";
}

enum log_format
log_current_format(void)
{
	return (enum log_format)current_format;
}

int
log_current_level(void)
{
	return current_level;
}

bool
log_is_on(int level)
{
	return level >= current_level && current_format != LOG_DISABLED;
}

bool
log_has_colour(int fd)
{
	if (colour_wanted < 0)
		colour_wanted = read_colour_wanted();
	return colour_wanted > 0 && isatty(fd);
}

/* A record, or else a block. */
static void
write_one(const struct log_record *record, const char *block)
{
	enum log_fd_kind kind;

	pthread_mutex_lock(&out.lock);
	/* Looked at each time: standard error may be turned to elsewhere. */
	kind = log_fd_kind(STDERR_FILENO);
	out.style.format = log_current_format();
	out.style.has_colour = out.style.format == LOG_CONSOLE &&
	    log_has_colour(STDERR_FILENO);
	if (!write_torn(kind) || !write_dropped(kind) ||
	    !(record != NULL ? write_record(kind, record)
			     : write_block(kind, block)))
		out.dropped++;
	pthread_mutex_unlock(&out.lock);
}

void
log_write(const char *logger, int level, const char *message,
    const struct tomo_log_field *fields)
{
	const struct log_record record = { .logger = logger,
		.level = level,
		.message = message,
		.fields = fields };

	if (log_is_on(level))
		write_one(&record, NULL);
}

void
log_block(int level, const char *lines)
{
	if (log_is_on(level) && log_current_format() == LOG_CONSOLE)
		write_one(NULL, lines);
}

void
log_printf(const char *logger, int level, const char *format, ...)
{
	char memory[512], *grown = NULL;
	const char *message = memory;
	va_list args;
	int len;

	if (!log_is_on(level))
		return;
	va_start(args, format);
	len = vsnprintf(memory, sizeof(memory), format, args);
	va_end(args);
	if (len < 0)
		message = format;
	if (len >= (int)sizeof(memory)) {
		va_start(args, format);
		if (vasprintf(&grown, format, args) >= 0)
			message = grown;
		else
			grown = NULL;
		va_end(args);
	}
	log_write(logger, level, message, NULL);
	free(grown);
}
