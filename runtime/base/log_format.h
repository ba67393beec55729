/* One log record as a line of text. */
#ifndef RUNTIME_BASE_LOG_FORMAT_H
#define RUNTIME_BASE_LOG_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/log.h"
#include "runtime/base/log_text.h"

struct log_record {
	const char *logger, *message; /* NULL is "" */
	int level;
	const struct tomo_log_field *fields; /* or NULL */
};

/*
 * How lines of one destination look, and the text of the second that the last
 * one was written in.  Starts zeroed but for format and colour.
 */
struct log_style {
	enum log_format format;
	bool has_colour; /* console only */
	int64_t second;
	size_t stamp_len; /* 0: none yet */
	char stamp[40];
};

/*
 * Appends the record as one line with the time of now; nothing if the format
 * is LOG_DISABLED.  Without memory text->has_failed, and what was appended
 * makes no sense.
 */
void log_format_record(struct log_text *text, struct log_style *style,
    const struct log_record *record);

#endif
