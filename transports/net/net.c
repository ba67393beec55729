#include "transports/net/net.h"

#include <tomodachi/task.h>

#include "runtime/service/call.h"
#include "runtime/service/service.h"
#include "transports/net/curl_loop.h"

struct opening {
	const struct curl_library *curl;
	struct error err;
};

/* On a thread. */
static int
open_library(void *arg)
{
	struct opening *opening = arg;

	opening->curl = curl_library_open(&opening->err);
	return opening->curl != NULL ? 0 : TOMO_EUNAVAILABLE;
}

int
net_curl(struct tomo_call *call, struct curl_loop **curl)
{
	struct service *service = call->service;
	void **place = service_data(service, &net_transport);
	struct opening opening = { NULL, { "" } };
	int code;

	if (*place == NULL) {
		code = tomo_offload(call, open_library, &opening);
		if (code < 0)
			return call_fail(call, code, "%s",
			    opening.err.text[0] != '\0' ? opening.err.text
							: call_code_name(code));
	}
	/* Another call may have been faster. */
	if (*place == NULL)
		*place = curl_loop_new(
		    service->loop, opening.curl, &opening.err);
	if (*place == NULL)
		return call_fail(call, TOMO_ENOMEM, "%s", opening.err.text);
	*curl = *place;
	return 0;
}

static void
detach(struct service *service)
{
	void **place = service_data(service, &net_transport);

	curl_loop_free(*place);
	*place = NULL;
}

const struct transport net_transport = {
	.name = "net",
	.detach = detach,
};
