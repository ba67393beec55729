/* http.health_path: what the runner answers by itself. */
#ifndef TRANSPORTS_HTTP_HEALTH_H
#define TRANSPORTS_HTTP_HEALTH_H

#include <stdbool.h>

struct http_request;

/*
 * Whether the request is for http.health_path.  It then has its early status:
 * 200 while the service serves, 503 from the moment a stop begins, 405.
 */
bool health_route(struct http_request *request);

/* Says in the body, and to caches, what the status means. */
void health_explain(struct http_request *request);

#endif
