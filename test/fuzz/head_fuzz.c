/*
 * The request path on foreign bytes: heads and bodies, cut at any place, must
 * be judged as the same bytes at once.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/arena.h"
#include "runtime/base/buffer.h"
#include "transports/http/head.h"

/* What became of a stream of requests. */
struct outcome {
	int status; /* that ended it; 0: bytes ran out */
	unsigned requests;
	struct buffer trace; /* methods, paths, headers and bodies */
};

static int
on_body(void *arg, const char *data, size_t len)
{
	buffer_add(arg, data, len);
	return 0;
}

static void
trace_head(struct outcome *outcome, const struct head *head)
{
	struct buffer *out = &outcome->trace;

	buffer_printf(out, "%u %s ? %s\n", head->parser.method, head->raw_path,
	    head->query);
	buffer_add(out, head->path, head->path_len);
	for (unsigned i = 0; i < head->nheaders; i++)
		buffer_printf(out, "%s: %s\n", head->headers[i].name,
		    head->headers[i].value);
}

/* One body; returns false when more bytes are needed or it is bad. */
static bool
take_body(struct outcome *outcome, struct head *head, const char *data,
    size_t len, size_t step, size_t *at)
{
	const struct framing_sink sink = { on_body, &outcome->trace };

	while (*at < len) {
		size_t part = len - *at < step ? len - *at : step;
		char *copy = malloc(part);
		enum framing_verdict verdict;
		size_t used;

		memcpy(copy, data + *at, part);
		verdict = framing_feed(
		    &head->framing, copy, part, &used, &sink);
		free(copy);
		*at += used;
		if (verdict == FRAMING_DONE)
			return true;
		if (verdict == FRAMING_BAD) {
			outcome->status = 400;
			return false;
		}
	}
	return false;
}

/* One head; returns its end, or 0 when more bytes are needed or it is bad. */
static size_t
take_head(struct outcome *outcome, const char *data, size_t len, size_t step,
    unsigned *lines)
{
	static const struct head_limits limits = { 16384, 100 };
	struct head_scan scan = { 0 };

	for (size_t have = step;; have += step) {
		size_t part = have < len ? have : len;
		char *copy = malloc(part);
		long found;

		memcpy(copy, data, part);
		found = head_find(&scan, copy, part, &limits);
		free(copy);
		*lines = scan.lines;
		if (found > 0)
			return (size_t)found;
		if (found < 0)
			outcome->status = (int)-found;
		if (found < 0 || part == len)
			return 0;
	}
}

static void
run(struct outcome *outcome, const char *data, size_t len, size_t step)
{
	size_t at = 0;

	while (at < len && outcome->status == 0) {
		char memory[4096];
		struct arena arena;
		struct head head;
		unsigned lines;
		size_t end = take_head(
		    outcome, data + at, len - at, step, &lines);

		if (end == 0)
			return;
		if (lines == 0) {
			at += end;
			continue;
		}
		arena_init(&arena, memory, sizeof(memory));
		outcome->status = head_parse(&head,
		    arena_strndup(&arena, data + at, end), end, lines, &arena);
		at += end;
		if (outcome->status == 0) {
			outcome->requests++;
			trace_head(outcome, &head);
			if (head_has_body(&head) &&
			    !take_body(outcome, &head, data, len, step, &at))
				at = len;
		}
		arena_clear(&arena);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole = { 0 }, cut = { 0 };
	size_t step;

	if (size < 2 || size > 65536)
		return 0;
	step = (size_t)data[0] % 64 + 1;
	run(&whole, (const char *)data + 1, size - 1, size);
	run(&cut, (const char *)data + 1, size - 1, step);
	if (whole.status != cut.status || whole.requests != cut.requests ||
	    buffer_len(&whole.trace) != buffer_len(&cut.trace) ||
	    (buffer_len(&whole.trace) > 0 &&
		memcmp(buffer_data(&whole.trace), buffer_data(&cut.trace),
		    buffer_len(&whole.trace)) != 0))
		abort();
	buffer_clear(&whole.trace);
	buffer_clear(&cut.trace);
	return 0;
}
