/* From a whole request to its answer: row, coroutine, error handler. */
#ifndef TRANSPORTS_HTTP_DISPATCH_H
#define TRANSPORTS_HTTP_DISPATCH_H

struct http_request;

/*
 * Finds the row by method and path and what follows from it: body_max, or an
 * early status (404, 405, 413, 417).  Called once the head is whole.
 */
void dispatch_route(struct http_request *request);

/*
 * Runs what answers the request; connection_answer() follows, at once or later.
 * Called once the body is whole.
 */
void dispatch_run(struct http_request *request);

#endif
