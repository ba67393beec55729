#include "transports/http/router.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <llhttp.h>

#include "runtime/base/alloc.h"
#include "runtime/base/ascii.h"
#include "transports/http/router_trie.h"

/* Sets of methods have bit n for the method that llhttp numbers n. */
#define BIT(number) (UINT64_C(1) << (number))
/* But for the one whose answer has no body if it is 2xx (RFC 9110 9.3.6). */
#define ALL_METHODS (~BIT(HTTP_CONNECT))

struct row {
	uint64_t methods;
	bool literal;
	struct pattern *pattern;
	const void *target;
};

struct router {
	struct row *rows;
	size_t count;
	struct router_trie *trie; /* once frozen */
};

static const struct method {
	const char *name;
	uint64_t bits;
} methods[] = {
#define METHOD(number, name, text) { #text, BIT(number) },
	HTTP_METHOD_MAP(METHOD)
#undef METHOD
};

static const size_t nmethods = sizeof(methods) / sizeof(methods[0]);

struct router *
router_new(void)
{
	return xcalloc(1, sizeof(struct router));
}

void
router_free(struct router *router)
{
	if (router == NULL)
		return;
	for (size_t i = 0; i < router->count; i++)
		pattern_free(router->rows[i].pattern);
	router_trie_free(router->trie);
	free(router->rows);
	free(router);
}

/* 0 if there is no such method. */
static uint64_t
method_bits(const char *name, size_t len)
{
	if (len == 1 && *name == '*')
		return ALL_METHODS;
	for (size_t i = 0; i < nmethods; i++)
		if (strlen(methods[i].name) == len &&
		    ascii_ncasecmp(methods[i].name, name, len) == 0)
			return methods[i].bits;
	return 0;
}

static int
parse_methods(const char *text, uint64_t *set, struct error *err)
{
	static const char separators[] = " ,";
	uint64_t bits;
	size_t len;

	*set = 0;
	for (const char *at = text;; at += len) {
		at += strspn(at, separators);
		if (*at == '\0')
			break;
		len = strcspn(at, separators);
		bits = method_bits(at, len);
		if (bits == 0)
			return error_set(
			    err, "method \"%.*s\" is not known", (int)len, at);
		*set |= bits;
	}
	if (*set == 0)
		return error_set(err, "methods \"%s\" name no method", text);
	if ((*set & BIT(HTTP_GET)) != 0)
		*set |= BIT(HTTP_HEAD);
	return 0;
}

int
router_add(struct router *router, const char *names, const char *pattern,
    const void *target, struct error *err)
{
	struct row row = { .target = target };

	assert(router->trie == NULL);
	if (parse_methods(names, &row.methods, err) < 0)
		return -1;
	row.pattern = pattern_new(pattern, err);
	if (row.pattern == NULL)
		return -1;
	row.literal = pattern_is_literal(row.pattern);
	router->rows = xrealloc(
	    router->rows, (router->count + 1) * sizeof(*router->rows));
	router->rows[router->count++] = row;
	return 0;
}

void
router_freeze(struct router *router)
{
	struct router_key *keys;

	assert(router->trie == NULL);
	keys = xcalloc(router->count + 1, sizeof(*keys));
	for (size_t i = 0; i < router->count; i++) {
		keys[i].text = pattern_prefix(
		    router->rows[i].pattern, &keys[i].len);
		keys[i].whole = router->rows[i].literal;
	}
	router->trie = router_trie_new(keys, router->count);
	free(keys);
}

/* Matches a candidate; if it is literal, the trie has done that. */
static inline int
match_row(const struct row *row, const char *path, size_t len,
    struct pattern_match *match)
{
	if (!row->literal)
		return pattern_match(row->pattern, path, len, match);
	match->count = 0;
	return 1;
}

/* What the rows allow that are candidates but for the method. */
static enum router_verdict
match_others(const struct router *router, uint64_t bit, const char *path,
    size_t len, struct route *route)
{
	const unsigned *candidates;
	const struct row *row;
	size_t count;
	int matched;

	route->allowed = 0;
	candidates = router_trie_find(router->trie, path, len, &count);
	for (size_t i = 0; i < count; i++) {
		row = &router->rows[candidates[i]];
		if ((row->methods & bit) != 0)
			continue;
		matched = match_row(row, path, len, &route->match);
		if (matched < 0)
			return ROUTER_LIMIT;
		if (matched > 0)
			route->allowed |= row->methods;
	}
	return route->allowed == 0 ? ROUTER_NOT_FOUND
				   : ROUTER_METHOD_NOT_ALLOWED;
}

enum router_verdict
router_match(const struct router *router, unsigned method, const char *path,
    size_t len, struct route *route)
{
	const uint64_t bit = BIT(method);
	const unsigned *candidates;
	const struct row *row;
	size_t count, others = 0;
	int matched;

	assert(router->trie != NULL && method < 64);
	candidates = router_trie_find(router->trie, path, len, &count);
	for (size_t i = 0; i < count; i++) {
		row = &router->rows[candidates[i]];
		if ((row->methods & bit) == 0) {
			others++;
			continue;
		}
		matched = match_row(row, path, len, &route->match);
		if (matched == 0)
			continue;
		if (matched < 0)
			return ROUTER_LIMIT;
		route->target = row->target;
		route->pattern = row->pattern;
		return ROUTER_FOUND;
	}
	if (others == 0)
		return ROUTER_NOT_FOUND;
	/* Seldom, so it may as well look again. */
	return match_others(router, bit, path, len, route);
}

void
router_allow(uint64_t allowed, char out[ROUTER_ALLOW_SIZE])
{
	const char *last = "", *next;
	size_t len = 0;

	out[0] = '\0';
	do {
		next = NULL;
		for (size_t i = 0; i < nmethods; i++)
			if ((allowed & methods[i].bits) != 0 &&
			    strcmp(methods[i].name, last) > 0 &&
			    (next == NULL || strcmp(methods[i].name, next) < 0))
				next = methods[i].name;
		if (next == NULL)
			return;
		if (len > 0)
			out[len++] = ',';
		/* All names together fit. */
		assert(len + strlen(next) + 1 < ROUTER_ALLOW_SIZE);
		memcpy(out + len, next, strlen(next) + 1);
		len += strlen(next);
		last = next;
	} while (true);
}
