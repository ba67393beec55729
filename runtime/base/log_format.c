#include "runtime/base/log_format.h"

#include <time.h>

#include "runtime/base/clock.h"

#define MICROSECONDS 1000000

/* Beside texts, each part writes no more than this. */
#define PART_ROOM 160u

/* What people see in columns: level and message are filled up to these. */
#define LEVEL_WIDTH 9
#define MESSAGE_WIDTH 30

#define DIM "\033[2m"
#define BOLD "\033[1m"
#define BLUE "\033[34m"
#define CYAN "\033[36m"
#define MAGENTA "\033[35m"
#define PLAIN "\033[0m"

static void
set_stamp(struct log_style *style, int64_t second)
{
	time_t when = (time_t)second;
	struct tm utc;

	style->second = second;
	if (gmtime_r(&when, &utc) == NULL)
		utc = (struct tm) { .tm_year = 70, .tm_mday = 1 };
	style->stamp_len = strftime(
	    style->stamp, sizeof(style->stamp), "%Y-%m-%dT%H:%M:%S", &utc);
}

/* ISO 8601 in UTC. */
static char *
put_time(char *at, struct log_style *style)
{
	int64_t now = clock_unix_us();
	int64_t rest = now % MICROSECONDS;
	int64_t second = now / MICROSECONDS;

	if (rest < 0) {
		rest += MICROSECONDS;
		second--;
	}
	if (second != style->second || style->stamp_len == 0)
		set_stamp(style, second);
	memcpy(at, style->stamp, style->stamp_len);
	at += style->stamp_len;
	*at++ = '.';
	at = log_put_digits(at, (uint32_t)rest, 6);
	*at++ = 'Z';
	return at;
}

/* Whether a value of lines for people needs no quotation marks. */
static bool
is_bare(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~' || text[i] == '"' ||
		    text[i] == '=' || text[i] == '\\')
			return false;
	return len > 0;
}

static inline char *
put_string(char *at, const char *text, size_t len)
{
	*at++ = '"';
	at = log_put_text(at, text, len, true);
	*at++ = '"';
	return at;
}

/* How long the text of a field is, if it is one. */
static size_t
text_len(const struct tomo_log_field *field)
{
	if (field->type != TOMO_LOG_TYPE_STR || field->text == NULL)
		return 0;
	return strlen(field->text);
}

static inline char *
put_value(char *at, const struct tomo_log_field *field, size_t len, bool bare)
{
	switch (field->type) {
	case TOMO_LOG_TYPE_STR:
		if (field->text == NULL)
			break;
		if (!bare || !is_bare(field->text, len))
			return put_string(at, field->text, len);
		memcpy(at, field->text, len);
		return at + len;
	case TOMO_LOG_TYPE_INT:
		return log_put_int(at, field->number);
	case TOMO_LOG_TYPE_FLOAT:
		return log_put_float(at, field->real);
	case TOMO_LOG_TYPE_BOOL:
		return field->number != 0 ? log_put(at, "true")
					  : log_put(at, "false");
	}
	return log_put(at, "null");
}

/* Whether the record itself has a key of that name; most begin otherwise. */
static inline bool
is_taken(const char *key)
{
	if (key[0] != 'l' && key[0] != 'm' && key[0] != 't')
		return false;
	return strcmp(key, "level") == 0 || strcmp(key, "logger") == 0 ||
	    strcmp(key, "message") == 0 || strcmp(key, "timestamp") == 0;
}

/* A key before "=": one word, whatever it is. */
static char *
put_bare_key(char *at, const char *key, size_t len)
{
	if (len == 0)
		*at++ = '_';
	for (size_t i = 0; i < len; i++)
		*at++ = is_bare(key + i, 1) ? key[i] : '_';
	return at;
}

static void
add_json(struct log_text *text, struct log_style *style,
    const struct log_record *record)
{
	const char *level = log_level_name(record->level);
	size_t logger_len = strlen(record->logger);
	size_t len = strlen(record->message);
	char *at = log_text_reserve(
	    text, LOG_ESCAPE_ROOM * (logger_len + len) + PART_ROOM);

	if (at == NULL)
		return;
	at = log_put(at, "{\"timestamp\":\"");
	at = put_time(at, style);
	at = log_put(at, "\",\"logger\":");
	at = put_string(at, record->logger, logger_len);
	at = log_put(at, ",\"level\":\"");
	at = stpcpy(at, level);
	at = log_put(at, "\",\"message\":");
	log_text_end(text, put_string(at, record->message, len));
}

static void
add_json_field(struct log_text *text, const struct tomo_log_field *field)
{
	size_t key_len = strlen(field->key), len = text_len(field);
	char *at = log_text_reserve(
	    text, LOG_ESCAPE_ROOM * (key_len + len) + PART_ROOM);

	if (at == NULL)
		return;
	at = log_put(at, ",\"");
	at = log_put_text(at, field->key, key_len, true);
	if (is_taken(field->key))
		*at++ = '_';
	at = log_put(at, "\":");
	log_text_end(text, put_value(at, field, len, false));
}

static void
add_logfmt(struct log_text *text, struct log_style *style,
    const struct log_record *record)
{
	const struct tomo_log_field logger = TOMO_LOG_STR("", record->logger);
	size_t logger_len = strlen(record->logger);
	size_t len = strlen(record->message);
	char *at = log_text_reserve(
	    text, LOG_ESCAPE_ROOM * (logger_len + len) + PART_ROOM);

	if (at == NULL)
		return;
	at = log_put(at, "timestamp=");
	at = put_time(at, style);
	at = log_put(at, " level=");
	at = stpcpy(at, log_level_name(record->level));
	at = log_put(at, " logger=");
	at = put_value(at, &logger, logger_len, true);
	at = log_put(at, " message=");
	log_text_end(text, put_string(at, record->message, len));
}

static void
add_logfmt_field(struct log_text *text, const struct tomo_log_field *field)
{
	size_t key_len = strlen(field->key), len = text_len(field);
	char *at = log_text_reserve(
	    text, LOG_ESCAPE_ROOM * (key_len + len) + PART_ROOM);

	if (at == NULL)
		return;
	*at++ = ' ';
	at = put_bare_key(at, field->key, key_len);
	if (is_taken(field->key))
		*at++ = '_';
	*at++ = '=';
	log_text_end(text, put_value(at, field, len, true));
}

static char *
paint(char *at, const struct log_style *style, const char *colour)
{
	return style->has_colour ? stpcpy(at, colour) : at;
}

static const char *
level_colour(int level)
{
	if (level >= TOMO_LOG_ERROR)
		return "\033[1;31m";
	if (level >= TOMO_LOG_WARNING)
		return "\033[1;33m";
	return level >= TOMO_LOG_INFO ? "\033[1;32m" : CYAN;
}

/* Blanks up to width columns since from; characters count, not bytes. */
static char *
fill(char *at, const char *from, int width)
{
	for (; from < at && width > 0; from++)
		width -= ((unsigned char)*from & 0xc0) != 0x80;
	for (; width > 0; width--)
		*at++ = ' ';
	return at;
}

static char *
put_console_level(char *at, const struct log_style *style, int level)
{
	const char *name;

	at = log_put(at, " [");
	at = paint(at, style, level_colour(level));
	name = at;
	at = stpcpy(at, log_level_name(level));
	at = fill(at, name, LEVEL_WIDTH);
	at = paint(at, style, PLAIN);
	return log_put(at, "] ");
}

static void
add_console(struct log_text *text, struct log_style *style,
    const struct log_record *record)
{
	size_t logger_len = strlen(record->logger);
	size_t len = strlen(record->message);
	char *at = log_text_reserve(
	    text, LOG_ESCAPE_ROOM * (logger_len + len) + PART_ROOM);
	const char *message;

	if (at == NULL)
		return;
	at = paint(at, style, DIM);
	at = put_time(at, style);
	at = paint(at, style, PLAIN);
	at = put_console_level(at, style, record->level);
	at = paint(at, style, BOLD);
	message = at;
	at = log_put_text(at, record->message, len, false);
	at = fill(at, message, MESSAGE_WIDTH);
	at = paint(at, style, PLAIN);
	at = log_put(at, " [");
	at = paint(at, style, BLUE);
	at = log_put_text(at, record->logger, logger_len, false);
	at = paint(at, style, PLAIN);
	*at++ = ']';
	log_text_end(text, at);
}

static void
add_console_field(struct log_text *text, const struct log_style *style,
    const struct tomo_log_field *field)
{
	size_t key_len = strlen(field->key), len = text_len(field);
	char *at = log_text_reserve(
	    text, LOG_ESCAPE_ROOM * (key_len + len) + PART_ROOM);

	if (at == NULL)
		return;
	*at++ = ' ';
	at = paint(at, style, CYAN);
	at = put_bare_key(at, field->key, key_len);
	at = paint(at, style, PLAIN);
	*at++ = '=';
	at = paint(at, style, MAGENTA);
	at = put_value(at, field, len, true);
	log_text_end(text, paint(at, style, PLAIN));
}

static void
add_head(struct log_text *text, struct log_style *style,
    const struct log_record *record)
{
	switch (style->format) {
	case LOG_CONSOLE:
		add_console(text, style, record);
		return;
	case LOG_JSON:
		add_json(text, style, record);
		return;
	case LOG_LOGFMT:
		add_logfmt(text, style, record);
		return;
	case LOG_DISABLED:
		return;
	}
}

static void
add_field(struct log_text *text, const struct log_style *style,
    const struct tomo_log_field *field)
{
	switch (style->format) {
	case LOG_CONSOLE:
		add_console_field(text, style, field);
		return;
	case LOG_JSON:
		add_json_field(text, field);
		return;
	case LOG_LOGFMT:
		add_logfmt_field(text, field);
		return;
	case LOG_DISABLED:
		return;
	}
}

void
log_format_record(struct log_text *text, struct log_style *style,
    const struct log_record *record)
{
	const struct tomo_log_field *field = record->fields;
	struct log_record whole = *record;
	char *at;

	if (style->format == LOG_DISABLED)
		return;
	whole.logger = record->logger != NULL ? record->logger : "";
	whole.message = record->message != NULL ? record->message : "";
	text->has_failed = false;
	add_head(text, style, &whole);
	for (; field != NULL && field->key != NULL; field++)
		add_field(text, style, field);
	at = log_text_reserve(text, 2);
	if (at == NULL)
		return;
	if (style->format == LOG_JSON)
		*at++ = '}';
	*at++ = '\n';
	log_text_end(text, at);
}
