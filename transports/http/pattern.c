#include "transports/http/pattern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "runtime/base/alloc.h"
#include "runtime/base/buffer.h"
#include "transports/http/pattern_scan.h"
#include "transports/http/pattern_shape.h"

enum {
	/* A pattern that goes wild ends within a millisecond or so. */
	MATCH_LIMIT = 100000,
	HEAP_LIMIT_KIB = 8192,
	JIT_STACK_MIN = 32 * 1024,
	JIT_STACK_MAX = 1024 * 1024,
	UNSURE = -2
};

/* Of eight bytes; they are ASCII if none is set. */
#define HIGH_BITS UINT64_C(0x8080808080808080)

struct pattern {
	pcre2_code *code; /* NULL if literal */
	bool jit;
	struct pattern_shape shape;
	unsigned count; /* of named groups, in the order they are opened */
	char *names[PATTERN_MAX_GROUPS];
	uint32_t numbers[PATTERN_MAX_GROUPS];
};

/*
 * Matches are made one at a time, so all patterns share the memory for one; it
 * stays until the process ends.
 */
static struct {
	pcre2_compile_context *compile;
	pcre2_match_context *match;
	pcre2_match_data *data;
	uint32_t pairs; /* that data has room for */
} shared;

static int
no_memory(struct error *err)
{
	return error_set(err, "pattern: out of memory");
}

static int
shared_init(struct error *err)
{
	pcre2_jit_stack *stack;

	if (shared.match != NULL)
		return 0;
	if (shared.compile == NULL)
		shared.compile = pcre2_compile_context_create(NULL);
	if (shared.compile == NULL)
		return no_memory(err);
	/* A dot refuses LF alone, however this PCRE2 was built. */
	pcre2_set_newline(shared.compile, PCRE2_NEWLINE_LF);

	shared.match = pcre2_match_context_create(NULL);
	if (shared.match == NULL)
		return no_memory(err);
	pcre2_set_match_limit(shared.match, MATCH_LIMIT);
	pcre2_set_heap_limit(shared.match, HEAP_LIMIT_KIB);
	/* Without one of its own, JIT takes 32 KiB of the caller's stack. */
	stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	pcre2_jit_stack_assign(shared.match, NULL, stack);
	return 0;
}

static int
shared_reserve(uint32_t pairs, struct error *err)
{
	if (shared.pairs >= pairs)
		return 0;
	pcre2_match_data_free(shared.data);
	shared.data = pcre2_match_data_create(pairs, NULL);
	shared.pairs = shared.data == NULL ? 0 : pairs;
	return shared.data == NULL ? no_memory(err) : 0;
}

/*
 * Writes a token as PCRE2 reads it and returns by how many bytes what follows
 * its first byte has moved.
 */
static size_t
add_token(struct buffer *out, const struct pattern_scan *scan)
{
	const char *text = scan->text + scan->start;
	const size_t len = scan->at - scan->start;

	if (len > 1 && text[0] == '{' && text[1] == ',') {
		/* PCRE2 before 10.43 takes it for plain text. */
		buffer_add_text(out, "{0");
		buffer_add(out, text + 1, len - 1);
		return strlen("{0") - 1;
	}
	if (len > 1 && text[0] == '{') {
		buffer_add_text(out, "(?P<");
		buffer_add(out, text + 1, len - 2);
		buffer_add_text(out, ">[^/]+)");
		return strlen("(?P<") - 1;
	}
	buffer_add(out, text, len);
	return 0;
}

char *
pattern_expand(const char *text)
{
	struct pattern_scan scan = { text, 0, 0 };
	struct buffer out = { NULL, 0, 0, 0 };
	char *regex;

	while (pattern_scan_next(&scan) != PATTERN_END)
		add_token(&out, &scan);
	buffer_add(&out, "", 1);
	regex = xstrdup(buffer_data(&out));
	buffer_clear(&out);
	return regex;
}

/* Where in text lies what is at offset in its expansion. */
static size_t
offset_as_written(const char *text, size_t offset)
{
	struct pattern_scan scan = { text, 0, 0 };
	struct buffer out = { NULL, 0, 0, 0 };
	size_t before, moved, at, result = strlen(text);

	while (pattern_scan_next(&scan) != PATTERN_END) {
		before = buffer_len(&out);
		moved = add_token(&out, &scan);
		if (offset >= buffer_len(&out))
			continue;
		at = scan.start;
		if (offset - before > moved)
			at += offset - before - moved;
		result = at < scan.at ? at : scan.at;
		break;
	}
	buffer_clear(&out);
	return result;
}

static int
compile(struct pattern *pattern, const char *text, struct error *err)
{
	const uint32_t flags = PCRE2_ANCHORED | PCRE2_ENDANCHORED |
	    PCRE2_DOLLAR_ENDONLY | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
	char *regex = pattern_expand(text);
	PCRE2_UCHAR reason[256];
	PCRE2_SIZE offset = 0;
	int code = 0;

	pattern->code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
	    flags, &code, &offset, shared.compile);
	free(regex);
	if (pattern->code != NULL)
		return 0;
	pcre2_get_error_message(code, reason, sizeof(reason));
	return error_set(err, "pattern \"%s\": %s at %zu", text,
	    (const char *)reason, offset_as_written(text, offset));
}

/* Keeps the names sorted by the number of their group. */
static void
add_group(struct pattern *pattern, uint32_t number, const char *name)
{
	unsigned at = pattern->count++;

	for (; at > 0 && pattern->numbers[at - 1] > number; at--) {
		pattern->numbers[at] = pattern->numbers[at - 1];
		pattern->names[at] = pattern->names[at - 1];
	}
	pattern->numbers[at] = number;
	pattern->names[at] = xstrdup(name);
}

static int
read_groups(struct pattern *pattern, const char *text, struct error *err)
{
	uint32_t count = 0, size = 0, pairs = 0;
	const unsigned char *entry = NULL;

	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_NAMETABLE, &entry);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &pairs);
	if (count > PATTERN_MAX_GROUPS)
		return error_set(err,
		    "pattern \"%s\": more than %d named groups", text,
		    PATTERN_MAX_GROUPS);
	/* An entry is the number, high byte first, and the name. */
	for (uint32_t i = 0; i < count; i++, entry += size)
		add_group(pattern, (uint32_t)(entry[0] << 8 | entry[1]),
		    (const char *)entry + 2);
	return shared_reserve(pairs + 1, err);
}

struct pattern *
pattern_new(const char *text, struct error *err)
{
	struct pattern *pattern = xcalloc(1, sizeof(*pattern));
	size_t jit_size = 0;

	if (shared_init(err) < 0)
		goto fail;
	if (compile(pattern, text, err) < 0)
		goto fail;
	if (read_groups(pattern, text, err) < 0)
		goto fail;
	pattern_shape_init(&pattern->shape, text);
	if (pattern->shape.literal) {
		pcre2_code_free(pattern->code);
		pattern->code = NULL;
		return pattern;
	}
	/* Where there is no JIT, PCRE2 interprets. */
	pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_JITSIZE, &jit_size);
	pattern->jit = jit_size > 0;
	return pattern;

fail:
	pattern_free(pattern);
	return NULL;
}

void
pattern_free(struct pattern *pattern)
{
	if (pattern == NULL)
		return;
	for (unsigned i = 0; i < pattern->count; i++)
		free(pattern->names[i]);
	pattern_shape_clear(&pattern->shape);
	pcre2_code_free(pattern->code);
	free(pattern);
}

const char *
pattern_prefix(const struct pattern *pattern, size_t *len)
{
	*len = pattern->shape.prefix_len;
	return pattern->shape.prefix;
}

bool
pattern_is_literal(const struct pattern *pattern)
{
	return pattern->shape.literal;
}

static int
match_literal(const struct pattern_shape *shape, const char *subject,
    size_t len, struct pattern_match *match)
{
	if (match != NULL)
		match->count = 0;
	return len == shape->prefix_len &&
	    memcmp(subject, shape->prefix, len) == 0;
}

/* The end of the segment at *at, or NULL if it is not all ASCII. */
static const char *
segment_end(const char *at, const char *end)
{
	for (; at < end && *at != '/'; at++)
		if ((unsigned char)*at >= 0x80)
			return NULL;
	return at;
}

/*
 * Matches by hand what needs no regular expression.  What is not ASCII may not
 * be UTF-8: that is left to PCRE2, as UNSURE.
 */
static int
match_template(const struct pattern_shape *shape, const char *subject,
    size_t len, struct pattern_match *match)
{
	const char *at = subject;
	const char *const end = subject + len, *start;
	/* The template begins with the prefix. */
	const char *next = shape->template + shape->prefix_len;
	const char *const last = shape->template + shape->template_len;
	unsigned count = 0;

	if (len < shape->prefix_len ||
	    memcmp(subject, shape->prefix, shape->prefix_len) != 0)
		return 0;
	at += shape->prefix_len;
	for (; next < last; next++) {
		if (*next != '\0') {
			if (at == end || *at != *next)
				return 0;
			at++;
			continue;
		}
		start = at;
		at = segment_end(at, end);
		if (at == NULL)
			return UNSURE;
		if (at == start)
			return 0;
		match->start[count] = (size_t)(start - subject);
		match->end[count++] = (size_t)(at - subject);
	}
	match->count = count;
	if (shape->slash && at < end && *at == '/')
		at++;
	return at == end;
}

static bool
is_ascii(const char *text, size_t len)
{
	uint64_t word, high = 0;

	for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		high |= word;
	}
	for (; len > 0; text++, len--)
		high |= (unsigned char)*text;
	return (high & HIGH_BITS) == 0;
}

static int
run_regex(const struct pattern *pattern, const char *subject, size_t len)
{
	PCRE2_SPTR at = (PCRE2_SPTR)subject;

	/* PCRE2 checks what is not ASCII for being UTF-8. */
	if (!is_ascii(subject, len))
		return pcre2_match(
		    pattern->code, at, len, 0, 0, shared.data, shared.match);
	if (pattern->jit)
		return pcre2_jit_match(
		    pattern->code, at, len, 0, 0, shared.data, shared.match);
	return pcre2_match(pattern->code, at, len, 0, PCRE2_NO_UTF_CHECK,
	    shared.data, shared.match);
}

static int
match_regex(const struct pattern *pattern, const char *subject, size_t len,
    struct pattern_match *match)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(shared.data);
	const int found = run_regex(pattern, subject, len);

	if (found == PCRE2_ERROR_NOMATCH)
		return 0;
	if (found <= PCRE2_ERROR_UTF8_ERR1 && found >= PCRE2_ERROR_UTF8_ERR21)
		return 0;
	if (found < 0)
		return -1;
	for (unsigned i = 0; i < pattern->count; i++) {
		match->start[i] = offsets[2 * pattern->numbers[i]];
		match->end[i] = offsets[2 * pattern->numbers[i] + 1];
	}
	match->count = pattern->count;
	return 1;
}

int
pattern_match(const struct pattern *pattern, const char *subject, size_t len,
    struct pattern_match *match)
{
	struct pattern_match unused;
	int found;

	if (pattern->shape.literal)
		return match_literal(&pattern->shape, subject, len, match);
	if (match == NULL)
		match = &unused;
	if (pattern->shape.template != NULL) {
		found = match_template(&pattern->shape, subject, len, match);
		if (found != UNSURE)
			return found;
	}
	return match_regex(pattern, subject, len, match);
}

int
pattern_group(const struct pattern *pattern, const char *name)
{
	for (unsigned i = 0; i < pattern->count; i++)
		if (strcmp(pattern->names[i], name) == 0)
			return (int)i;
	return -1;
}
