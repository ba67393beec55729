/* The HTTP side of one service: settings, routes, listeners, connections. */
#ifndef TRANSPORTS_HTTP_SERVER_H
#define TRANSPORTS_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "runtime/base/buffer.h"
#include "runtime/base/error.h"
#include "runtime/loop/loop.h"
#include "runtime/service/host.h"
#include "transports/http/body.h"
#include "transports/http/settings.h"
#include "transports/http/waiting.h"

struct alarm;
struct chain;
struct compression;
struct event;
struct http_connection;
struct http_listener;
struct log_stream;
struct router;
struct service;
struct static_route;
struct tls_context;
struct tomo_http_error_spec;
struct upgrade_route;
struct upgraded;

/* "Date: Mon, 23 Nov 2026 19:00:00 GMT\r\n\r\n": the last header, always. */
#define SERVER_DATE_LEN 39

struct http_server {
	struct service *service;
	struct http_settings settings;
	struct tls_context *tls;         /* NULL: plain HTTP */
	struct compression *compression; /* NULL: off */
	struct router *router;
	const struct chain *middleware; /* NULL: none */
	struct static_route *statics;
	struct upgrade_route *upgrades; /* rows of other transports */
	const struct tomo_http_error_spec **errors; /* NULL-ended */
	struct listen_request wish;
	uint16_t port; /* that it really has */
	struct http_listener *listeners;
	bool is_open, shutting, hastened, was_cut, starved;
	struct event *accept_again; /* after descriptors ran out */

	struct body_memory body_memory;
	int64_t unstored_ms; /* when it was last said that one has no room */
	struct waiting_list lists[WAITING_KINDS];
	struct alarm *alarm;
	int64_t alarm_ms; /* when it rings; 0: it does not */
	size_t connections;

	/* Shared by all connections: used up before control goes elsewhere. */
	struct buffer out;
	char *input; /* SERVER_INPUT_SIZE bytes */

	char *keep, *close; /* Server, Connection and Keep-Alive headers */
	size_t keep_len, close_len;
	int64_t date_s;
	char date[SERVER_DATE_LEN + 1];

	/* Taken connections with work to do at the end of the pass. */
	TAILQ_HEAD(, upgraded) touched;
	struct buffer spare_output; /* lent to who sends */
	struct loop_hook upgrade_hook;

	struct log_stream *access_out, *access_file;
	struct loop_hook access_hook;
};

#define SERVER_INPUT_SIZE ((size_t)65536)

/* The Date header and the empty line, made once a second. */
const char *server_date(struct http_server *server);

/* What answers an error status, or NULL. */
const struct tomo_http_error_spec *server_error_handler(
    const struct http_server *server, int status);

/*
 * Asks for the socket (suspends) and prepares the rest; nothing is accepted
 * before server_open().
 */
struct http_server *server_new(struct service *service, struct error *err);
void server_free(struct http_server *server);
void server_open(struct http_server *server);

/*
 * Accepts what waits, closes the sockets, then the idle connections; requests
 * under way go on.  On a reload idle connections stay for one more request.
 */
void server_shut(struct http_server *server);

/* After server_shut(): once only idle connections are left, each is closed that
 * has had its time to send again. */
void server_hasten(struct http_server *server);

/* Closes every connection, but for those that a handler works for. */
void server_cut(struct http_server *server);

#endif
