#include "transports/http/upgrade_route.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/service/call.h"
#include "runtime/service/transport.h"
#include "transports/http/connection.h"
#include "transports/http/request.h"
#include "transports/http/server.h"
#include "transports/http/upgrade.h"

/* Beside the texts of the request: the client's address, a header or two. */
#define SPARE_ROOM 96

/* ---- routes ---- */

int
upgrade_check_pattern(const char *pattern, struct error *err)
{
	struct router *router = router_new();
	const int code = router_add(router, "GET", pattern, NULL, err);

	router_free(router);
	return code;
}

static int
run_row(struct tomo_call *call)
{
	const struct http_request *request = call->data;
	const struct upgrade_route *route = (const void *)request->spec;

	return route->upgrade->run(call, route->row);
}

int
upgrade_route_add(struct http_server *server, const struct row_kind *kind,
    const void *row, struct error *err)
{
	struct upgrade_route *route = xcalloc(1, sizeof(*route));

	route->spec = (struct tomo_http_spec) {
		.size = sizeof(route->spec),
		.methods = "GET",
		.pattern = kind->upgrade->pattern(row),
		.fn = run_row,
		.function = kind->function(row),
	};
	route->upgrade = kind->upgrade;
	route->row = row;
	route->next = server->upgrades;
	server->upgrades = route;
	return router_add(server->router, route->spec.methods,
	    route->spec.pattern, &route->spec, err);
}

void
upgrade_route_free_all(struct http_server *server)
{
	struct upgrade_route *route;

	while ((route = server->upgrades) != NULL) {
		server->upgrades = route->next;
		free(route);
	}
}

bool
upgrade_route_is(const struct http_request *request)
{
	return request->early == 0 && request->spec != NULL &&
	    request->spec->fn == run_row;
}

/* ---- the small call ---- */

static size_t
texts_size(const struct head *head)
{
	size_t size = head->raw_path_len + head->query_len + head->path_len + 3;

	for (unsigned i = 0; i < head->nheaders; i++)
		size += head->headers[i].name_len + head->headers[i].value_len +
		    2;
	return size;
}

static size_t
table_size(const struct head *head)
{
	/* One that is empty is no NULL, either. */
	return (head->nheaders + 1) * sizeof(struct header);
}

struct tomo_call *
upgrade_route_call(struct http_request *request)
{
	struct tomo_call *call = call_new_small(request->server->service,
	    TOMO_KIND_HTTP, NULL, request->call->function,
	    texts_size(&request->head) + table_size(&request->head) +
		SPARE_ROOM);

	call->data = request;
	return call;
}

/* Copies text[0..len) with its NUL to *at, which moves on. */
static char *
put(char **at, const char *text, size_t len)
{
	char *copy = *at;

	memcpy(copy, text, len);
	copy[len] = '\0';
	*at += len + 1;
	return copy;
}

static void
move_head(struct head *head, struct tomo_call *call)
{
	const bool is_encoded = head->path != head->raw_path;
	struct header *table = call_keep(call, table_size(head));
	char *at = call_keep(call, texts_size(head));

	head->raw_path = put(&at, head->raw_path, head->raw_path_len);
	head->query = put(&at, head->query, head->query_len);
	head->path = is_encoded ? put(&at, head->path, head->path_len)
				: (char *)(uintptr_t)head->raw_path;
	head->target = head->raw_path;
	for (unsigned i = 0; i < head->nheaders; i++) {
		const struct header *from = &head->headers[i];

		table[i] = *from;
		table[i].name = put(&at, from->name, from->name_len);
		table[i].value = put(&at, from->value, from->value_len);
	}
	head->headers = table;
}

/* The request is at a new place. */
static void
settle(struct tomo_call *call, struct http_request *request)
{
	call->data = request;
	request->call = call;
	if (request->connection != NULL)
		request->connection->request = request;
}

void
upgrade_route_enter(struct tomo_call *call, struct http_request *here)
{
	const struct http_request *from = call->data;
	struct tomo_call *old = from->call;

	*here = *from;
	move_head(&here->head, call);
	settle(call, here);
	call_drop(old);
}

void
upgrade_route_leave(struct tomo_call *call)
{
	const struct http_request *request = call->data;
	struct http_request *kept = call_keep(call, sizeof(*kept));

	/* As xcalloc(): our own small object, and nobody to tell. */
	if (kept == NULL)
		abort();
	*kept = *request;
	settle(call, kept);
}
