#include "transports/http/head.h"

#include <string.h>

#include "runtime/base/arena.h"
#include "runtime/base/ascii.h"
#include "transports/http/uri.h"

/* What llhttp's callbacks fill in while it parses a head. */
struct parse {
	llhttp_t *parser;
	struct head *head;
	unsigned room;
};

/* The visible characters that no Host holds. */
static const bool is_outside_host[128] = { ['"'] = true,
	['#'] = true,
	['/'] = true,
	['<'] = true,
	['>'] = true,
	['?'] = true,
	['@'] = true,
	['\\'] = true,
	['^'] = true,
	['`'] = true,
	['{'] = true,
	['|'] = true,
	['}'] = true };

/* ---- finding the end ---- */

/* The request line must end with a version that we speak. */
static int
check_request_line(const char *line, size_t len)
{
	static const char version[] = " HTTP/1.";
	const size_t n = sizeof(version) - 1;
	const char *tail, *space;

	/* llhttp skips a bare CR in front. */
	if (len < n + 1 || line[0] == '\r')
		return 400;
	tail = line + len - n - 1;
	/* RFC 9112 3: one space each, which llhttp takes less strictly. */
	space = memchr(line, ' ', len);
	if (space == NULL || space + 1 >= tail ||
	    memchr(space + 1, ' ', (size_t)(tail - space - 1)) != NULL)
		return 400;
	if (memcmp(tail, version, n) == 0 && (tail[n] == '0' || tail[n] == '1'))
		return 0;
	if (memcmp(tail, " HTTP/", 6) == 0 && tail[6] >= '0' &&
	    tail[6] <= '9' && tail[7] == '.' && tail[8] >= '0' &&
	    tail[8] <= '9')
		return 505;
	return 400;
}

/* Line ends are CR LF, and no line continues the one before (obs-fold). */
static int
check_line(const char *line, size_t len, unsigned number)
{
	if (len == 0 || line[len - 1] != '\r')
		return 400;
	if (len - 1 > HEAD_MAX_LINE)
		return number == 0 ? 414 : 400;
	if (number == 0)
		return check_request_line(line, len - 1);
	return line[0] == ' ' || line[0] == '\t' ? 400 : 0;
}

long
head_find(struct head_scan *scan, const char *data, size_t len,
    const struct head_limits *limits)
{
	for (;;) {
		const char *line = data + scan->line;
		const char *end = memchr(
		    data + scan->seen, '\n', len - scan->seen);
		int status;

		if (end == NULL) {
			scan->seen = len;
			if (len - scan->line > HEAD_MAX_LINE + 1)
				return scan->lines == 0 ? -414 : -400;
			return len > limits->size ? -431 : 0;
		}
		scan->line = scan->seen = (size_t)(end - data) + 1;
		if (scan->line > limits->size)
			return -431;
		if (end - line == 1 && line[0] == '\r') {
			/* RFC 9112 2.2: empty lines before a request. */
			if (scan->lines == 0)
				return 2;
			return (long)scan->line;
		}
		status = check_line(line, (size_t)(end - line), scan->lines);
		if (status != 0)
			return -status;
		if (scan->lines++ > limits->count)
			return -431;
	}
}

/* ---- parsing ---- */

static struct parse *
parse_of(llhttp_t *parser)
{
	return parser->data;
}

static int
on_url(llhttp_t *parser, const char *at, size_t len)
{
	struct head *head = parse_of(parser)->head;

	head->target = at;
	head->raw_path_len = len;
	return 0;
}

static int
on_field(llhttp_t *parser, const char *at, size_t len)
{
	struct parse *parse = parse_of(parser);
	struct head *head = parse->head;

	if (len == 0 || head->nheaders == parse->room)
		return -1;
	head->headers[head->nheaders] = (struct header) {
		.name = at, .name_len = (uint32_t)len, .value = at + len
	};
	return 0;
}

static int
on_value(llhttp_t *parser, const char *at, size_t len)
{
	struct head *head = parse_of(parser)->head;
	struct header *header = &head->headers[head->nheaders];

	/* The place of an empty value is the next line. */
	if (len > 0)
		header->value = at;
	header->value_len = (uint32_t)len;
	return 0;
}

static int
on_value_complete(llhttp_t *parser)
{
	parse_of(parser)->head->nheaders++;
	return 0;
}

/* An upgrade is refused by ignoring it (RFC 9110 7.8). */
static int
on_headers_complete(llhttp_t *parser)
{
	parser->upgrade = 0;
	return HPE_PAUSED;
}

static const llhttp_settings_t head_settings = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_header_value_complete = on_value_complete,
	.on_headers_complete = on_headers_complete,
};

/* A method that is a token but not one that llhttp knows is a 501. */
static int
refusal(const llhttp_t *parser, const char *text, size_t len)
{
	static const char token[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "!#$%&'*+-.^_`|~";
	enum llhttp_errno why = llhttp_get_errno(parser);
	size_t n = 0;

	if (why == HPE_INVALID_TRANSFER_ENCODING)
		return 501;
	if (why != HPE_INVALID_METHOD)
		return 400;
	while (n < len && text[n] != '\0' && strchr(token, text[n]) != NULL)
		n++;
	return n > 0 && n < len && text[n] == ' ' ? 501 : 400;
}

static bool
is_name(const struct header *header, const char *name, size_t len)
{
	return header->name_len == len &&
	    ascii_ncasecmp(header->name, name, len) == 0;
}

#define IS_NAME(header, name) is_name(header, name, sizeof(name) - 1)

/* RFC 3986 authority without user: what a Host may hold. */
static bool
is_host(const struct header *header)
{
	for (uint32_t i = 0; i < header->value_len; i++) {
		unsigned char c = (unsigned char)header->value[i];

		if (c <= ' ' || c >= 0x7f || is_outside_host[c])
			return false;
	}
	return true;
}

static int
read_length(struct head *head, const struct header *header)
{
	uint64_t length = 0;

	if (head->has_length || header->value_len == 0)
		return 400;
	for (uint32_t i = 0; i < header->value_len; i++) {
		unsigned digit = (unsigned)(header->value[i] - '0');

		if (digit > 9 || length > (UINT64_MAX - digit) / 10)
			return 400;
		length = length * 10 + digit;
	}
	head->has_length = true;
	head->length = length;
	return 0;
}

/* Only chunked, alone and once; in HTTP/1.0 it has no meaning to agree on. */
static int
read_transfer_encoding(struct head *head, const struct header *header)
{
	if (head->is_chunked || head->is_http10)
		return 400;
	if (header->value_len != 7 ||
	    ascii_ncasecmp(header->value, "chunked", 7) != 0)
		return 501;
	head->is_chunked = true;
	return 0;
}

static int
read_header(struct head *head, const struct header *header, unsigned *hosts)
{
	switch (header->name_len) {
	case 4:
		if (!IS_NAME(header, "host"))
			return 0;
		return ++*hosts > 1 || !is_host(header) ? 400 : 0;
	case 6:
		if (!IS_NAME(header, "expect"))
			return 0;
		if (ascii_casecmp(header->value, "100-continue") == 0)
			head->expects_continue = true;
		else
			head->expects_other = true;
		return 0;
	case 14:
		return IS_NAME(header, "content-length")
		    ? read_length(head, header)
		    : 0;
	case 17:
		return IS_NAME(header, "transfer-encoding")
		    ? read_transfer_encoding(head, header)
		    : 0;
	default:
		return 0;
	}
}

/* Ends names and values with NUL, trailing white space cut (RFC 9110 5.5). */
static void
cut(struct header *header)
{
	char *name = (char *)(uintptr_t)header->name;
	char *value = (char *)(uintptr_t)header->value;

	while (header->value_len > 0 &&
	    (value[header->value_len - 1] == ' ' ||
		value[header->value_len - 1] == '\t'))
		header->value_len--;
	name[header->name_len] = '\0';
	value[header->value_len] = '\0';
}

static int
check_headers(struct head *head)
{
	unsigned hosts = 0;
	int status;

	for (unsigned i = 0; i < head->nheaders; i++) {
		cut(&head->headers[i]);
		status = read_header(head, &head->headers[i], &hosts);
		if (status != 0)
			return status;
	}
	if (hosts == 0 && !head->is_http10)
		return 400;
	return head->is_chunked && head->has_length ? 400 : 0;
}

/*
 * Skips "http://host" of an absolute-form target (RFC 9112 3.2.2); NULL if it
 * has no path.
 */
static const char *
path_start(const char *target, size_t len)
{
	const char *host;

	if (target[0] == '/' || len < 8)
		return target;
	host = memmem(target, len, "://", 3);
	if (host == NULL)
		return target;
	host += 3;
	return memchr(host, '/', len - (size_t)(host - target));
}

/* Splits the target into path and query and decodes the path. */
static int
split_target(struct head *head, struct arena *arena)
{
	char *target = (char *)(uintptr_t)head->target;
	size_t len = head->raw_path_len;
	char *mark;

	target[len] = '\0';
	head->query = target + len;
	if ((mark = memchr(target, '#', len)) != NULL)
		return 400;
	if ((mark = memchr(target, '?', len)) != NULL) {
		head->query = mark + 1;
		head->query_len = len - (size_t)(mark + 1 - target);
		*mark = '\0';
		len = (size_t)(mark - target);
	}
	head->raw_path = path_start(target, len);
	if (head->raw_path == NULL)
		head->raw_path = "/";
	else
		len -= (size_t)(head->raw_path - target);
	head->raw_path_len = strlen(head->raw_path);
	head->path = (char *)(uintptr_t)head->raw_path;
	head->path_len = head->raw_path_len;
	if (memchr(head->raw_path, '%', head->raw_path_len) == NULL)
		return 0;
	head->path = arena_alloc(arena, head->raw_path_len + 1);
	if (head->path == NULL)
		return 500;
	head->path_len = uri_decode(
	    head->raw_path, head->raw_path_len, head->path, false);
	return 0;
}

int
head_parse(struct head *head, char *text, size_t len, unsigned lines,
    struct arena *arena)
{
	struct parse parse = { &head->parser, head, lines };
	enum llhttp_errno verdict;
	int status;

	memset(head, 0, offsetof(struct head, parser));
	head->headers = arena_alloc(arena, (lines + 1) * sizeof(struct header));
	if (head->headers == NULL)
		return 500;
	llhttp_init(&head->parser, HTTP_REQUEST, &head_settings);
	head->parser.data = &parse;
	verdict = llhttp_execute(&head->parser, text, len);
	head->parser.data = NULL;
	if (verdict != HPE_PAUSED)
		return refusal(&head->parser, text, len);
	if (llhttp_get_error_pos(&head->parser) != text + len)
		return 400;
	head->is_http10 = head->parser.http_minor == 0;
	status = check_headers(head);
	if (status != 0)
		return status;
	if (head->is_chunked)
		framing_by_chunks(&head->framing);
	else
		framing_by_length(&head->framing, head->length);
	head->keep_alive = llhttp_should_keep_alive(&head->parser) != 0;
	return split_target(head, arena);
}

const struct header *
head_find_header(const struct head *head, const char *name, size_t name_len)
{
	for (unsigned i = 0; i < head->nheaders; i++)
		if (is_name(&head->headers[i], name, name_len))
			return &head->headers[i];
	return NULL;
}

bool
head_has_body(const struct head *head)
{
	return head->is_chunked || head->length > 0;
}
