/*
 * Log records: a timestamp, a level, a logger's name, a message, fields.
 *
 * Access records go to standard output through a buffer that is flushed once a
 * loop pass; all others go to standard error at once.  A slow pipe drops
 * records and counts them, it never stops the loop.  log_write() may be used
 * from any thread; the streams are for the loop thread only.  The process must
 * ignore SIGPIPE.
 */
#ifndef RUNTIME_BASE_LOG_H
#define RUNTIME_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include <tomodachi/log.h>

#include "runtime/base/error.h"

enum log_format {
	LOG_CONSOLE, /* for people; see log_has_colour() */
	LOG_JSON,    /* an object a line */
	LOG_LOGFMT,
	LOG_DISABLED
};

/*
 * Sets format and lowest level (TOMO_LOG_*) for the process, and looks at
 * NO_COLOR and TERM; before the first call it is console and info.
 */
void log_setup(enum log_format format, int level);

/* The names for people: console, json, logfmt, disabled; debug ... error.
 * Return -1 for an unknown one. */
int log_format_by_name(const char *name);
int log_level_by_name(const char *name);
const char *log_format_name(enum log_format format);
const char *log_level_name(int level);

enum log_format log_current_format(void);
int log_current_level(void);

/* Whether a record of this level would be written. */
bool log_is_on(int level);

/* Whether text for people may be coloured: on a terminal, if not unwanted. */
bool log_has_colour(int fd);

/* Writes one record to standard error.  fields end with a NULL key; NULL: none.
 */
void log_write(const char *logger, int level, const char *message,
    const struct tomo_log_field *fields);

/*
 * Writes lines for people as they are, each ended by a newline, if a record of
 * this level would be written in the console format.
 */
void log_block(int level, const char *lines);

/* The same without fields, the message formatted. */
void log_printf(const char *logger, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* log_record(logger, level, message, TOMO_LOG_STR("key", value), ...) */
#define log_record(...) log_record_(__VA_ARGS__, { .key = NULL })
#define log_record_(logger, level, message, ...) \
	log_write(logger, level, message, \
	    (const struct tomo_log_field[]) { __VA_ARGS__ })

/* A buffered destination of whole lines. */
struct log_stream;

/*
 * Standard output in the process's format and level; or a file in JSON lines,
 * of all levels, opened O_APPEND and created if missing (NULL and a line that
 * names it if it cannot).
 */
struct log_stream *log_stream_stdout(void);
struct log_stream *log_stream_file(const char *path, struct error *err);
void log_stream_free(struct log_stream *stream); /* flushes */

/* Formats one record into the buffer, timestamp included. */
void log_stream_add(struct log_stream *stream, const char *logger, int level,
    const char *message, const struct tomo_log_field *fields);

/* Writes what is buffered, without blocking; see the top. */
void log_stream_flush(struct log_stream *stream);

/* Opens the file of that name again (SIGUSR1); keeps the old one on failure.
 * Nothing to do for standard output. */
int log_stream_reopen(struct log_stream *stream, struct error *err);

/* Records dropped so far because the reader was too slow. */
uint64_t log_stream_dropped(const struct log_stream *stream);

#endif
