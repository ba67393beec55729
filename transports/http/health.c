#include "transports/http/health.h"

#include <stdint.h>
#include <string.h>

#include "runtime/service/service.h"
#include "transports/http/request.h"
#include "transports/http/server.h"

/* What a service without the option pays is one comparison. */
bool
health_route(struct http_request *request)
{
	const struct http_server *server = request->server;
	const char *path = server->settings.health_path;
	const unsigned method = request->head.parser.method;

	if (path == NULL || strlen(path) != request->head.path_len ||
	    memcmp(path, request->head.path, request->head.path_len) != 0)
		return false;
	request->is_health = true;
	if (method == HTTP_GET || method == HTTP_HEAD) {
		request->early = service_is_ending(server->service) ? 503 : 200;
		return true;
	}
	request->early = 405;
	request->route.allowed = UINT64_C(1) << HTTP_GET |
	    UINT64_C(1) << HTTP_HEAD;
	return true;
}

void
health_explain(struct http_request *request)
{
	struct http_response *response = &request->response;

	if (response->status == 200)
		response->body = "{\"status\":\"ok\"}";
	else if (response->status == 503)
		response->body = "{\"status\":\"stopping\"}";
	else
		return;
	response->body_len = strlen(response->body);
	response->answer_type = "application/json";
	tomo_http_set_header(request->call, "Cache-Control", "no-store");
}
