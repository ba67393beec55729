#include "transports/http/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include <tomodachi/abi.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/service/module.h"
#include "runtime/service/service.h"
#include "runtime/service/transport.h"
#include "transports/http/access_log.h"
#include "transports/http/admission.h"
#include "transports/http/compression.h"
#include "transports/http/connection.h"
#include "transports/http/date.h"
#include "transports/http/router.h"
#include "transports/http/static.h"
#include "transports/http/upgrade_route.h"
#include "transports/http/upgraded.h"
#include "transports/http/waiting.h"
#include "transports/net/tls.h"

#define LOGGER "tomodachi.http"

/* Connections taken in one go, so that those there are get their turn. */
#define ACCEPT_BATCH 64
#define ACCEPT_PAUSE_MS 100
/*
 * Bytes that a socket takes beyond what the peer has room for.  By default it
 * takes megabytes, and then no more until a third is gone: a peer that reads
 * slowly but steadily would seem to read nothing until its time is over.
 */
#define UNSENT_MAX (128 * 1024)

/* One listening socket: the service's own, or one lent by another slot. */
struct http_listener {
	struct http_server *server;
	struct http_listener *next;
	struct event *event;
	int fd;
	unsigned slot;
};

const char *
server_date(struct http_server *server)
{
	int64_t now = loop_unix_s(server->service->loop);
	char text[DATE_SIZE];

	if (now == server->date_s)
		return server->date;
	server->date_s = now;
	date_write(now, text);
	snprintf(server->date, sizeof(server->date), "Date: %s\r\n\r\n", text);
	return server->date;
}

/* ---- listening ---- */

static void
peer_address(const struct sockaddr_storage *from, struct in6_addr *peer)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *four = (const struct sockaddr_in *)from;

	if (from->ss_family == AF_INET6) {
		*peer = six->sin6_addr;
		return;
	}
	memset(peer, 0, sizeof(*peer));
	peer->s6_addr[10] = peer->s6_addr[11] = 0xff;
	if (from->ss_family == AF_INET)
		memcpy(&peer->s6_addr[12], &four->sin_addr, 4);
}

/* Takes one connection; false when there is none, or no room. */
static bool
accept_one(struct http_listener *listener)
{
	struct http_server *server = listener->server;
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	struct in6_addr peer;
	struct timeval pause = { 0, ACCEPT_PAUSE_MS * 1000 };
	int fd, failure;

	fd = accept4(listener->fd, (struct sockaddr *)&from, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	failure = errno;
	if (fd >= 0) {
		server->starved = false;
		peer_address(&from, &peer);
		admission_take(server, fd, &peer);
		return true;
	}
	if (failure == ECONNABORTED || failure == EINTR)
		return true;
	if (failure == EMFILE || failure == ENFILE || failure == ENOBUFS ||
	    failure == ENOMEM) {
		if (!server->starved)
			log_record(LOGGER, TOMO_LOG_ERROR, "cannot accept",
			    TOMO_LOG_STR("error", strerror(failure)),
			    TOMO_LOG_INT(
				"connections", (int64_t)server->connections));
		for (listener = server->listeners; listener != NULL;
		     listener = listener->next)
			event_del(listener->event);
		event_add(server->accept_again, &pause);
		server->starved = true;
	}
	return false;
}

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	for (int i = 0; i < ACCEPT_BATCH && accept_one(arg); i++)
		;
}

static void
on_accept_again(evutil_socket_t fd, short what, void *arg)
{
	struct http_server *server = arg;

	(void)fd;
	(void)what;
	if (!server->is_open)
		return;
	for (struct http_listener *at = server->listeners; at != NULL;
	     at = at->next)
		event_add(at->event, NULL);
}

static void
add_listener(struct http_server *server, int fd, unsigned slot)
{
	struct http_listener *listener = xcalloc(1, sizeof(*listener));
	const int on = 1, unsent = UNSENT_MAX;

	/* Accepted sockets inherit both. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	listener->server = server;
	listener->fd = fd;
	listener->slot = slot;
	listener->event = event_new(loop_base(server->service->loop), fd,
	    EV_READ | EV_PERSIST, on_accept, listener);
	listener->next = server->listeners;
	server->listeners = listener;
	if (server->is_open)
		event_add(listener->event, NULL);
}

/*
 * Takes what is queued there, then lets go of the socket.  No more than fits in
 * the queue: clients that come all the time must not keep a stop from going on.
 */
static void
close_listener(struct http_listener *listener, bool empty_first)
{
	const int backlog = listener->server->wish.backlog;

	for (int i = 0; empty_first && i <= backlog && accept_one(listener);
	     i++)
		;
	event_free(listener->event);
	close(listener->fd);
	free(listener);
}

static void
on_lent(void *arg, int fd, unsigned slot)
{
	struct http_server *server = arg;

	if (server->shutting)
		close(fd);
	else
		add_listener(server, fd, slot);
}

static void
on_taken_back(void *arg, unsigned slot)
{
	struct http_server *server = arg;
	struct http_listener **link = &server->listeners;

	while (*link != NULL) {
		struct http_listener *at = *link;

		if (at->slot != slot || slot == server->service->slot) {
			link = &at->next;
			continue;
		}
		*link = at->next;
		close_listener(at, server->is_open);
	}
}

/* ---- the server ---- */

static int
add_route(struct http_server *server, const struct tomo_http_spec *route,
    struct error *err)
{
	return router_add(
	    server->router, route->methods, route->pattern, route, err);
}

static int
add_static(struct http_server *server, const struct tomo_http_static_spec *row,
    struct error *err)
{
	struct static_route *route = static_route_new(row, err);

	if (route == NULL)
		return -1;
	route->next = server->statics;
	server->statics = route;
	return add_route(server, &route->spec, err);
}

static int
add_rows(struct http_server *server, struct error *err)
{
	struct module *module = server->service->module;
	size_t rows = module_rows(module), nerrors = 0;

	server->router = router_new();
	server->middleware = module_http_middleware(module);
	server->errors = xcalloc(rows + 1, sizeof(*server->errors));
	for (size_t i = 0; i < rows; i++) {
		const struct row_kind *kind;
		const void *spec = module_spec(module, i, &kind);
		int code = 0;

		if (kind->kind == TOMO_KIND_HTTP_ERROR)
			server->errors[nerrors++] = spec;
		else if (kind->kind == TOMO_KIND_HTTP_STATIC)
			code = add_static(server, spec, err);
		else if (kind->kind == TOMO_KIND_HTTP)
			code = add_route(server, spec, err);
		else if (kind->upgrade != NULL)
			code = upgrade_route_add(server, kind, spec, err);
		if (code < 0)
			return -1;
	}
	router_freeze(server->router);
	return 0;
}

static void
free_statics(struct http_server *server)
{
	struct static_route *route;

	while ((route = server->statics) != NULL) {
		server->statics = route->next;
		static_route_free(route);
	}
}

const struct tomo_http_error_spec *
server_error_handler(const struct http_server *server, int status)
{
	for (size_t i = 0; server->errors[i] != NULL; i++)
		if (server->errors[i]->status == status)
			return server->errors[i];
	return NULL;
}

/* The headers that are the same in every answer. */
static void
make_headers(struct http_server *server)
{
	const struct http_settings *settings = &server->settings;
	const char *name = settings->server_header;
	const char *before = name[0] != '\0' ? "Server: " : "";
	const char *after = name[0] != '\0' ? "\r\n" : "";

	if (settings->keepalive_requests > 0)
		server->keep = xasprintf("%s%s%sConnection: keep-alive\r\n"
					 "Keep-Alive: timeout=%lld, max=%u\r\n",
		    before, name, after,
		    (long long)settings->keepalive_ms / 1000,
		    settings->keepalive_requests);
	else
		server->keep = xasprintf("%s%s%sConnection: keep-alive\r\n"
					 "Keep-Alive: timeout=%lld\r\n",
		    before, name, after,
		    (long long)settings->keepalive_ms / 1000);
	server->close = xasprintf(
	    "%s%s%sConnection: close\r\n", before, name, after);
	server->keep_len = strlen(server->keep);
	server->close_len = strlen(server->close);
}

static int
prepare_tls(struct http_server *server, struct error *err)
{
	const struct http_settings *settings = &server->settings;

	if (settings->certfile == NULL)
		return 0;
	server->tls = tls_context_new(
	    settings->certfile, settings->keyfile, err);
	return server->tls != NULL ? 0 : -1;
}

static int
prepare_compression(struct http_server *server, struct error *err)
{
	if (!server->settings.compression)
		return 0;
	server->compression = compression_new(err);
	return server->compression != NULL ? 0 : -1;
}

static int
ask_for_socket(struct http_server *server, struct error *err)
{
	const struct options *options = server->service->options;
	struct host *host = server->service->host;
	int fd;

	server->wish = (struct listen_request) {
		.host = options_text(options, "http.host"),
		.port = (uint16_t)options_int(options, "http.port"),
		.reuse_port = options_bool(options, "http.reuse_port"),
		.backlog = (int)options_int(options, "http.backlog"),
		.lent = on_lent,
		.taken_back = on_taken_back,
		.arg = server,
	};
	if (server->wish.host != NULL && server->wish.host[0] == '\0')
		server->wish.host = NULL;
	if (host->listen(host, &server->wish, &fd, &server->port, err) < 0)
		return -1;
	add_listener(server, fd, server->service->slot);
	return 0;
}

struct http_server *
server_new(struct service *service, struct error *err)
{
	struct http_server *server = xcalloc(1, sizeof(*server));
	struct event_base *base = loop_base(service->loop);

	server->service = service;
	server->date_s = -1;
	server->unstored_ms = INT64_MIN;
	server->input = xcalloc(1, SERVER_INPUT_SIZE);
	server->accept_again = evtimer_new(base, on_accept_again, server);
	if (waiting_start(server, err) < 0 ||
	    settings_read(&server->settings, service->options, err) < 0 ||
	    prepare_tls(server, err) < 0 ||
	    prepare_compression(server, err) < 0 || add_rows(server, err) < 0)
		goto fail;
	make_headers(server);
	server->body_memory = (struct body_memory) {
		.each_max = server->settings.body_memory,
		.total_max = server->settings.total_body_memory,
		.files_max = server->settings.total_body_files,
	};
	/* Hooks run in this order: the log is written after what a pass ends. */
	upgraded_start(server);
	if (access_log_open(server, err) < 0 || ask_for_socket(server, err) < 0)
		goto fail;
	return server;

fail:
	server_free(server);
	return NULL;
}

void
server_free(struct http_server *server)
{
	struct http_listener *listener;

	if (server == NULL)
		return;
	server->shutting = true;
	for (unsigned kind = 0; kind < WAITING_KINDS; kind++)
		while (server->lists[kind].first != NULL)
			connection_close(server->lists[kind].first);
	while ((listener = server->listeners) != NULL) {
		server->listeners = listener->next;
		close_listener(listener, false);
	}
	waiting_stop(server);
	if (server->accept_again != NULL)
		event_free(server->accept_again);
	upgraded_stop(server);
	access_log_close(server);
	tls_context_free(server->tls);
	compression_free(server->compression);
	router_free(server->router);
	free_statics(server);
	upgrade_route_free_all(server);
	settings_clear(&server->settings);
	buffer_clear(&server->out);
	free(server->errors);
	free(server->input);
	free(server->keep);
	free(server->close);
	free(server);
}

void
server_open(struct http_server *server)
{
	server->is_open = true;
	for (struct http_listener *at = server->listeners; at != NULL;
	     at = at->next)
		event_add(at->event, NULL);
	log_record(LOGGER, TOMO_LOG_INFO, "listening",
	    TOMO_LOG_STR("service", service_name(server->service)),
	    TOMO_LOG_STR("scheme", server->tls != NULL ? "https" : "http"),
	    TOMO_LOG_STR("host", server->wish.host),
	    TOMO_LOG_INT("port", server->port));
}

void
server_shut(struct http_server *server)
{
	struct http_listener *listener;

	server->shutting = true;
	event_del(server->accept_again);
	while ((listener = server->listeners) != NULL) {
		server->listeners = listener->next;
		close_listener(listener, server->is_open);
	}
	server->is_open = false;
	for (unsigned kind = WAITING_HEAD; kind <= WAITING_IDLE; kind++) {
		struct http_connection *conn = server->lists[kind].first;

		while (conn != NULL) {
			struct http_connection *next = conn->next;

			connection_shut(conn);
			conn = next;
		}
	}
	waiting_shorten(server);
}

void
server_hasten(struct http_server *server)
{
	server->hastened = true;
	waiting_shorten(server);
}

void
server_cut(struct http_server *server)
{
	server->was_cut = true;
	for (unsigned kind = 0; kind < WAITING_KINDS; kind++)
		while (kind != WAITING_CALL && kind != WAITING_STREAM &&
		    server->lists[kind].first != NULL)
			connection_close(server->lists[kind].first);
}
