/*
 * One request and its answer; lives in the arena of its call, from the moment
 * its head is whole.
 */
#ifndef TRANSPORTS_HTTP_REQUEST_H
#define TRANSPORTS_HTTP_REQUEST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tomodachi/http.h>

#include "transports/http/body.h"
#include "transports/http/head.h"
#include "transports/http/response.h"
#include "transports/http/router.h"

struct body_stream;
struct http_connection;
struct http_form;
struct http_server;
struct http_stream;
struct json_t;
struct output_file;
struct upgraded;

struct http_query_pair {
	const char *name, *value;
};

struct http_request {
	struct tomo_call *call;
	struct http_server *server;
	struct http_connection *connection; /* NULL once the peer is gone */
	struct upgraded *upgraded; /* has taken the connection, or NULL */
	const struct tomo_http_spec *spec; /* of the row; NULL without one */
	struct body body;
	struct http_response response;
	struct http_stream *stream; /* the answer is one, or NULL */
	struct output_file *file;   /* opened to be sent, or NULL */
	struct in6_addr peer;
	uint64_t body_max;   /* a larger body gets 413 */
	uint64_t body_read;  /* so far, kept or not */
	uint64_t discarded;  /* of these, not kept */
	uint64_t body_paced; /* of these, when its time last began anew */
	int early;           /* a status decided before any handler; or 0 */
	bool discards;       /* the body is read only to keep the connection */
	bool closes;         /* no further request after this one */
	bool in_call;        /* the call has been started */
	bool is_answered;    /* before its body was read */
	bool is_health;      /* for http.health_path: no access record */
	bool json_is_too_big;
	bool lacks_file; /* tomo_http_send_file() has found none */
	bool query_read, auth_read;
	struct http_query_pair *pairs;
	size_t npairs;
	const char *remote_ip, *auth_user;
	struct json_t *json;
	struct body_stream *body_stream; /* of a row with stream_body */
	struct http_form *form;          /* once it was asked for */
	int64_t started_ns, handler_ns, handled_ns; /* for the access log */

	/* Not zeroed: what fills them in says when. */
	struct head head;
	struct route route;
};

/*
 * Parses the head text[0..len) into a new call.  Returns NULL and the status
 * to refuse it with in *status.
 */
struct http_request *request_new(struct http_server *server, const char *text,
    size_t len, unsigned lines, int *status);

/* Frees what the arena does not hold. */
void request_clear(struct http_request *request);

/* The same for a request whose call was never started, and the call. */
void request_drop(struct http_request *request);

/* The request of a call, or NULL (complained about once) for other kinds. */
struct http_request *request_of(
    const struct tomo_call *call, const char *function);

/* Whether the client is gone, or sends no more, as one that goes away does. */
bool request_was_left(const struct http_request *request);

/*
 * 0 on the coroutine of the request's call, else TOMO_EINVAL: what may suspend
 * holds up who waits there, and of two that write or read at once each would
 * have a part.
 */
int request_check_own(const struct http_request *request, const char *function);

/*
 * "GET /orders/7?x=1", as it came, as far as it fits; safe in a signal handler.
 */
void request_handling(const struct tomo_call *call, char *text, size_t size);

/* "GET" and so on; whether it is HEAD. */
const char *request_method(const struct http_request *request);
bool request_is_head(const struct http_request *request);

#endif
