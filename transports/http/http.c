#include "transports/http/http.h"

#include <stdio.h>
#include <stdlib.h>

#include <tomodachi/abi.h>

#include "runtime/base/options.h"
#include "runtime/service/service.h"
#include "transports/http/access_log.h"
#include "transports/http/options.h"
#include "transports/http/request.h"
#include "transports/http/router.h"
#include "transports/http/server.h"
#include "transports/http/static.h"

const int32_t tomo_every_status[] = { 0 };

/* ---- rows ---- */

static int
check_route(const void *row, struct error *err)
{
	const struct tomo_http_spec *spec = row;
	struct router *router;
	int code;

	if (spec->methods == NULL || spec->methods[0] == '\0')
		return error_set(err, "no method");
	if (spec->pattern == NULL || spec->pattern[0] == '\0')
		return error_set(err, "no pattern");
	if (spec->fn == NULL)
		return error_set(err, "no function");
	if (spec->timeout_ms < 0)
		return error_set(err, "timeout_ms: want 0 or more, got %lld",
		    (long long)spec->timeout_ms);
	router = router_new();
	code = router_add(router, spec->methods, spec->pattern, NULL, err);
	router_free(router);
	return code;
}

static void
describe_route(const void *row, char *text, size_t size)
{
	const struct tomo_http_spec *spec = row;

	snprintf(text, size, "%s %s", spec->methods, spec->pattern);
}

static const char *
route_function(const void *row)
{
	return ((const struct tomo_http_spec *)row)->function;
}

static int
check_error(const void *row, struct error *err)
{
	const struct tomo_http_error_spec *spec = row;

	if (spec->status < 400 || spec->status > 599)
		return error_set(err, "want a status from 400 to 599, got %d",
		    (int)spec->status);
	if (spec->fn == NULL)
		return error_set(err, "no function");
	return 0;
}

static void
describe_error(const void *row, char *text, size_t size)
{
	snprintf(text, size, "status %d",
	    (int)((const struct tomo_http_error_spec *)row)->status);
}

static const char *
error_function(const void *row)
{
	return ((const struct tomo_http_error_spec *)row)->function;
}

static int
check_static(const void *row, struct error *err)
{
	const struct tomo_http_static_spec *spec = row;
	struct router *router;
	char *pattern;
	int code;

	if (spec->folder == NULL || spec->folder[0] == '\0')
		return error_set(err, "no folder");
	if (spec->base == NULL || spec->base[0] == '\0')
		return error_set(err, "no base");
	router = router_new();
	pattern = static_pattern(spec->base);
	code = router_add(router, "GET", pattern, NULL, err);
	router_free(router);
	free(pattern);
	return code;
}

static void
describe_static(const void *row, char *text, size_t size)
{
	const struct tomo_http_static_spec *spec = row;

	snprintf(text, size, "%s at %s", spec->folder, spec->base);
}

static const struct row_kind kinds[] = {
	{ TOMO_KIND_HTTP, "TOMO_HTTP", sizeof(struct tomo_http_spec),
	    check_route, describe_route, route_function, request_handling,
	    NULL },
	{ TOMO_KIND_HTTP_ERROR, "TOMO_HTTP_ERROR",
	    sizeof(struct tomo_http_error_spec), check_error, describe_error,
	    error_function, NULL, NULL },
	{ TOMO_KIND_HTTP_STATIC, "TOMO_HTTP_STATIC",
	    sizeof(struct tomo_http_static_spec), check_static, describe_static,
	    NULL, NULL, NULL },
	{ 0, NULL, 0, NULL, NULL, NULL, NULL, NULL },
};

/* ---- life ---- */

static bool
has_routes(const struct service *service)
{
	const struct tomo_handler *row = service->descriptor->handlers;

	for (; row != NULL && row->kind != 0; row++)
		if (row->kind == TOMO_KIND_HTTP ||
		    row->kind == TOMO_KIND_HTTP_STATIC ||
		    transport_row_kind(row->kind)->upgrade != NULL)
			return true;
	return false;
}

static struct http_server *
server_of(struct service *service)
{
	return *service_data(service, &http_transport);
}

static int
attach(struct service *service, struct error *err)
{
	struct http_server *server;

	/* A service without routes may be asked for its health, too. */
	if (!has_routes(service) &&
	    options_text(service->options, "http.health_path") == NULL)
		return 0;
	server = server_new(service, err);
	*service_data(service, &http_transport) = server;
	return server != NULL ? 0 : -1;
}

static void
open_server(struct service *service)
{
	if (server_of(service) != NULL)
		server_open(server_of(service));
}

static void
shut(struct service *service)
{
	server_shut(server_of(service));
}

static void
hasten(struct service *service)
{
	server_hasten(server_of(service));
}

static void
cut(struct service *service)
{
	server_cut(server_of(service));
}

static void
detach(struct service *service)
{
	server_free(server_of(service));
	*service_data(service, &http_transport) = NULL;
}

static void
reopen(struct service *service)
{
	access_log_reopen(server_of(service));
}

const struct transport http_transport = {
	.name = "http",
	.kinds = kinds,
	.options = http_options,
	.attach = attach,
	.open = open_server,
	.shut = shut,
	.hasten = hasten,
	.cut = cut,
	.detach = detach,
	.reopen = reopen,
};
