/*
 * A table of patterns and a path: the trie, the matching by hand and the JIT
 * must find what PCRE2's interpreter finds when asked row by row.
 *
 * Input: a pattern a line ("!" before it: of a POST row, else of a GET row),
 * then NUL and the path; without NUL the last line is the path.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <llhttp.h>
#include <pcre2.h>

#include "runtime/base/alloc.h"
#include "transports/http/pattern.h"
#include "transports/http/router.h"

enum { MAX_ROWS = 32, MAX_TEXT = 200, LIMIT = 20000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct row {
	char *text;
	bool post;
	pcre2_code *code;
	struct pattern *pattern;
	int found; /* by the interpreter: 1, 0 or -1 */
};

struct table {
	struct row rows[MAX_ROWS];
	size_t count;
	struct router *router;
};

static void
check(bool right, const struct row *row, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "%s: %s\n", row == NULL ? "table" : row->text, what);
	abort();
}

static void
add_row(struct table *table, const char *line, size_t len)
{
	struct row *row = &table->rows[table->count];
	char *regex;
	PCRE2_SIZE offset;
	int code;

	if (table->count == MAX_ROWS || len > MAX_TEXT)
		return;
	*row = (struct row) { .post = len > 0 && *line == '!' };
	row->text = xstrndup(line + row->post, len - row->post);
	regex = pattern_expand(row->text);
	row->code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
	    PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
		PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C,
	    &code, &offset, NULL);
	free(regex);
	row->pattern = pattern_new(row->text, NULL);
	check(row->pattern == NULL || row->code != NULL, row, "accepted");
	if (row->pattern != NULL &&
	    router_add(table->router, row->post ? "POST" : "GET", row->text,
		row, NULL) == 0) {
		table->count++;
		return;
	}
	pcre2_code_free(row->code);
	free(row->text);
}

static void
check_groups(const struct row *row, const struct pattern_match *match,
    const PCRE2_SIZE *offsets)
{
	const unsigned char *entry = NULL;
	uint32_t count = 0, size = 0;

	pcre2_pattern_info(row->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(row->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(row->code, PCRE2_INFO_NAMETABLE, &entry);
	check(match->count == count, row, "another count of groups");
	for (uint32_t i = 0; i < count; i++, entry += size) {
		const char *name = (const char *)entry + 2;
		const int group = pattern_group(row->pattern, name);
		const unsigned number = (unsigned)(entry[0] << 8 | entry[1]);

		check(group >= 0, row, "a group is missing");
		/* With (?J) two groups share a name: the first is told. */
		if (i > 0 && strcmp(name, (const char *)entry - size + 2) == 0)
			continue;
		check(match->start[group] == offsets[2 * number] &&
			match->end[group] == offsets[2 * number + 1],
		    row, "another group");
	}
}

static void
match_row(struct row *row, const char *path, size_t len)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(
	    row->code, NULL);
	struct pattern_match match;
	int code, found;

	pcre2_set_match_limit(context, LIMIT);
	code = pcre2_match(
	    row->code, (PCRE2_SPTR)path, len, 0, PCRE2_NO_JIT, data, context);
	row->found = code > 0 ? 1 : -1;
	if (code == PCRE2_ERROR_NOMATCH ||
	    (code <= PCRE2_ERROR_UTF8_ERR1 && code >= PCRE2_ERROR_UTF8_ERR21))
		row->found = 0;
	found = pattern_match(row->pattern, path, len, &match);
	if (found >= 0 && row->found >= 0) {
		check(found == row->found, row, "another result");
		if (found == 1)
			check_groups(
			    row, &match, pcre2_get_ovector_pointer(data));
	}
	if (found < 0)
		row->found = -1;
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
}

static void
check_table(struct table *table, const char *path, size_t len)
{
	struct row *first = NULL;
	bool others = false;
	struct route route;
	enum router_verdict verdict;

	verdict = router_match(table->router, HTTP_GET, path, len, &route);
	for (size_t i = 0; i < table->count; i++) {
		match_row(&table->rows[i], path, len);
		/* How much is too much may differ. */
		if (table->rows[i].found < 0)
			return;
	}
	for (size_t i = 0; i < table->count && first == NULL; i++) {
		if (table->rows[i].found == 1 && !table->rows[i].post)
			first = &table->rows[i];
		others |= table->rows[i].found == 1;
	}
	if (first != NULL)
		check(verdict == ROUTER_FOUND && route.target == first, first,
		    "not found");
	else
		check(verdict ==
			(others ? ROUTER_METHOD_NOT_ALLOWED : ROUTER_NOT_FOUND),
		    NULL, "another verdict");
}

static void
clear_table(struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		pcre2_code_free(table->rows[i].code);
		pattern_free(table->rows[i].pattern);
		free(table->rows[i].text);
	}
	router_free(table->router);
}

/* Where the path begins and, in *len, how long the lines before it are. */
static size_t
find_path(const char *text, size_t size, size_t *len)
{
	const char *at = memchr(text, '\0', size);

	if (at == NULL)
		at = memrchr(text, '\n', size);
	if (at == NULL)
		return *len = 0;
	*len = (size_t)(at - text);
	return *len + 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end;
	struct table table = { .router = router_new() };
	size_t len, path;
	char *copy;

	if (size == 0)
		text = "";
	path = find_path(text, size, &len);
	/* Of exactly its size, so that an over-read is seen. */
	copy = xcalloc(1, size - path + (size == path));
	memcpy(copy, text + path, size - path);
	for (const char *line = text; line < text + len; line = end + 1) {
		end = memchr(line, '\n', (size_t)(text + len - line));
		if (end == NULL)
			end = text + len;
		add_row(&table, line, (size_t)(end - line));
	}
	router_freeze(table.router);
	check_table(&table, copy, size - path);
	clear_table(&table);
	free(copy);
	return 0;
}
