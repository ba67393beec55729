#include "cmd/banner.h"

#include <string.h>
#include <unistd.h>

#include "runtime/base/log.h"
#include "runtime/base/log_fd.h"
#include "runtime/base/log_text.h"

/* Beside label and value: blanks and colours. */
#define LINE_ROOM 64u

static size_t
label_width(const struct banner *lines)
{
	size_t width = 0;

	for (; lines->label != NULL; lines++)
		if (lines->value != NULL && strlen(lines->label) > width)
			width = strlen(lines->label);
	return width;
}

static void
add_line(struct log_text *text, const struct banner *line, size_t width,
    bool has_colour)
{
	size_t label_len = strlen(line->label), len = strlen(line->value);
	char *at = log_text_reserve(
	    text, LOG_ESCAPE_ROOM * (label_len + len) + width + LINE_ROOM);

	if (at == NULL)
		return;
	at = log_put(at, "  ");
	if (has_colour)
		at = log_put(at, "\033[36m");
	at = log_put_text(at, line->label, label_len, false);
	if (has_colour)
		at = log_put(at, "\033[0m");
	memset(at, ' ', width - label_len + 2);
	at += width - label_len + 2;
	at = log_put_text(at, line->value, len, false);
	*at++ = '\n';
	log_text_end(text, at);
}

void
banner_print(const struct banner *lines)
{
	const bool has_colour = log_has_colour(STDERR_FILENO);
	const size_t width = label_width(lines);
	struct log_text text;
	char memory[4096];

	if (log_current_format() != LOG_CONSOLE)
		return;
	log_text_init(&text, memory, sizeof(memory));
	for (; lines->label != NULL; lines++)
		if (lines->value != NULL)
			add_line(&text, lines, width, has_colour);
	/* In one write; a reader who is too slow misses it. */
	if (!text.has_failed)
		log_fd_write(STDERR_FILENO, log_fd_kind(STDERR_FILENO),
		    text.data, text.len);
	log_text_clear(&text);
}
