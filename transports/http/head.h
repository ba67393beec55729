/*
 * The head of a request: found in a stream of bytes, then parsed as a whole by
 * llhttp, then held to the framing rules of RFC 9112.  Knows no sockets.
 */
#ifndef TRANSPORTS_HTTP_HEAD_H
#define TRANSPORTS_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <llhttp.h>

#include "transports/http/framing.h"

struct arena;

/* No line of a head may be longer: the URI's 414, a header's 400. */
#define HEAD_MAX_LINE 8190

/* Where the search for the end of a head stands. */
struct head_scan {
	size_t line; /* where the line begins that is being searched */
	size_t seen; /* up to here there is no line end in it */
	unsigned lines;
};

struct head_limits {
	size_t size;
	unsigned count;
};

/*
 * Looks for the end of the head in data[0..len), which begins with what was
 * there at the last call.  Returns the length of the head once it is whole, 0
 * when more bytes are needed, or -status when it must be refused: 400, 414,
 * 431, 505.
 */
long head_find(struct head_scan *scan, const char *data, size_t len,
    const struct head_limits *limits);

struct header {
	const char *name, *value; /* both end with NUL */
	uint32_t name_len, value_len;
};

/* All text lies in the head itself, cut by NULs. */
struct head {
	const char *target; /* as it came */
	const char *raw_path, *query;
	char *path; /* decoded; raw_path itself if nothing is encoded */
	size_t path_len, raw_path_len, query_len;
	struct header *headers;
	unsigned nheaders;
	bool is_http10, keep_alive, expects_continue, expects_other;
	bool has_length, is_chunked;
	uint64_t length;        /* of the body, if it has_length */
	struct framing framing; /* of the body */
	llhttp_t parser;
};

/*
 * Parses text[0..len), a whole head in memory of its own, which is cut up in
 * place; lines as head_find() counted them.  Takes memory from arena.  Returns 0
 * or the status to refuse it with: 400, 501, 505, 500 (no memory).
 */
int head_parse(struct head *head, char *text, size_t len, unsigned lines,
    struct arena *arena);

/* The first header of that name, in any case, or NULL. */
const struct header *head_find_header(
    const struct head *head, const char *name, size_t name_len);

bool head_has_body(const struct head *head);

#endif
