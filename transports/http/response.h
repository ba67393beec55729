/* An answer as a handler builds it, and the bytes it becomes. */
#ifndef TRANSPORTS_HTTP_RESPONSE_H
#define TRANSPORTS_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;
struct http_server;
struct output_file;

struct response_header {
	struct response_header *next;
	const char *name, *value;
	size_t name_len, value_len;
	size_t depth;   /* of the function that set it: chain_depth() */
	bool of_answer; /* goes with the answer, if another one replaces it */
};

struct http_response {
	int status;         /* 0: none yet */
	const char *reason; /* NULL: the registered phrase */
	bool failed;        /* tomo_http_fail(): by way of the error handler */
	const char *type;   /* a header of its own, or NULL */
	const char *answer_type; /* comes before it; NULL, or "" for none */
	const char *body;
	size_t body_len;
	struct output_file *file; /* the body, if not NULL; the request's */
	struct response_header *headers, *last;
};

enum response_framing {
	RESPONSE_LENGTH, /* Content-Length, and the body at once */
	RESPONSE_CHUNKED,
	RESPONSE_UNTIL_CLOSE
};

/* How the bytes depend on the request and its connection. */
struct response_frame {
	bool is_head, is_http10, keep_alive;
	enum response_framing framing;
};

/* Appends status line, headers and, if its length is known, the body. */
void response_render(const struct http_response *response,
    struct http_server *server, const struct response_frame *frame,
    struct buffer *out);

/* The type of the texts that the runner itself answers with. */
#define RESPONSE_PLAIN "text/plain; charset=utf-8"

/* What a 503 of the runner's own carries. */
extern struct response_header response_retry_later;

/* NULL: http.content_type; "": none. */
const char *response_type(const struct http_response *response);

/* The first header of that name, in any case, or NULL. */
struct response_header *response_find_header(
    const struct http_response *response, const char *name);
void response_remove_header(struct http_response *response, const char *name);

/* Whether one of the headers of that name has member in its list. */
bool response_lists(
    const struct http_response *response, const char *name, const char *member);

/* Whether a status never has content (RFC 9110 6.4.1, 15.3.6). */
bool response_is_bodiless(int status);

/* "Not Found"; "" for a status without a registered phrase. */
const char *response_reason(int status);

#endif
