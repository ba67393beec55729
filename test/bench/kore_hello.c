/*
 * The hello service as a module of Kore.  The body comes in the environment,
 * so that all servers of a run give the same one.
 */
#include <kore/kore.h>
#include <kore/http.h>
#include <stdlib.h>
#include <string.h>

int hello(struct http_request *req);

int
hello(struct http_request *req)
{
	static const char *body;
	static size_t len;

	if (body == NULL) {
		body = getenv("BENCH_BODY");
		len = body == NULL ? 0 : strlen(body);
	}
	http_response_header(req, "content-type", "text/plain; charset=utf-8");
	http_response(req, HTTP_STATUS_OK, body, len);
	return KORE_RESULT_OK;
}
