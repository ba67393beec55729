/* The functions of http_client.h. */
#include <tomodachi/http_client.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/ascii.h"
#include "runtime/base/clock.h"
#include "runtime/service/call.h"
#include "transports/http/fetch_answer.h"
#include "transports/http/fetch_request.h"
#include "transports/http/fetch_url.h"
#include "transports/http/json_body.h"
#include "transports/net/curl_loop.h"
#include "transports/net/net.h"

/* One tomo_fetch(), on its coroutine's stack. */
struct fetch {
	struct tomo_call *call;
	struct curl_loop *loop;
	struct fetch_request request;
	struct fetch_answer answer;
	struct curl_transfer transfer;
	int64_t end_ms; /* of clock_ms(); 0: never */
};

/* ---- failures ---- */

/* What is not listed is a peer that does not speak HTTP. */
static const struct {
	CURLcode curl;
	int code;
} failures[] = {
	{ CURLE_URL_MALFORMAT, TOMO_EINVAL },
	{ CURLE_BAD_FUNCTION_ARGUMENT, TOMO_EINVAL },
	{ CURLE_SSL_CERTPROBLEM, TOMO_EINVAL },
	{ CURLE_SSL_CACERT_BADFILE, TOMO_EINVAL },
	{ CURLE_OUT_OF_MEMORY, TOMO_ENOMEM },
	{ CURLE_OPERATION_TIMEDOUT, TOMO_ETIMEOUT },
	{ CURLE_COULDNT_RESOLVE_PROXY, TOMO_EUNAVAILABLE },
	{ CURLE_COULDNT_RESOLVE_HOST, TOMO_EUNAVAILABLE },
	{ CURLE_COULDNT_CONNECT, TOMO_EUNAVAILABLE },
	{ CURLE_PROXY, TOMO_EUNAVAILABLE },
	{ CURLE_SSL_CONNECT_ERROR, TOMO_EUNAVAILABLE },
	{ CURLE_SSL_CIPHER, TOMO_EUNAVAILABLE },
	{ CURLE_SSL_ISSUER_ERROR, TOMO_EUNAVAILABLE },
	{ CURLE_SSL_INVALIDCERTSTATUS, TOMO_EUNAVAILABLE },
	{ CURLE_PEER_FAILED_VERIFICATION, TOMO_EUNAVAILABLE },
	{ CURLE_GOT_NOTHING, TOMO_ECLOSED },
	{ CURLE_SEND_ERROR, TOMO_ECLOSED },
	{ CURLE_RECV_ERROR, TOMO_ECLOSED },
	{ CURLE_PARTIAL_FILE, TOMO_ECLOSED },
};

/* Whether the request had a connection to go out by. */
static bool
was_connected(const struct fetch *fetch)
{
	curl_off_t us = 0;

	fetch->answer.curl->easy_getinfo(
	    fetch->transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &us);
	return us > 0;
}

static int
code_of(const struct fetch *fetch)
{
	if (fetch->answer.failure != 0)
		return fetch->answer.failure;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		const int code = failures[i].code;

		if (failures[i].curl != fetch->transfer.code)
			continue;
		/* A proxy that refuses, for one. */
		return code == TOMO_ECLOSED && !was_connected(fetch)
		    ? TOMO_EUNAVAILABLE
		    : code;
	}
	return TOMO_EPROTOCOL;
}

static int
fail(const struct fetch *fetch, int code, const char *why)
{
	const struct fetch_request *request = &fetch->request;

	return call_fail(fetch->call, code, "fetch: %s %s: %s", request->method,
	    request->label, why);
}

static int
transfer_failed(const struct fetch *fetch)
{
	const struct curl_transfer *transfer = &fetch->transfer;
	const int code = code_of(fetch);

	if (code == TOMO_ETOOBIG)
		return fail(fetch, code, "the answer is larger than allowed");
	if (code == TOMO_ENOMEM)
		return fail(fetch, code, "no memory");
	return fail(fetch, code,
	    transfer->text[0] != '\0'
		? transfer->text
		: fetch->answer.curl->easy_strerror(transfer->code));
}

static int
wait_failed(const struct fetch *fetch, int code)
{
	if (code == TOMO_ECANCELLED)
		return fail(fetch, code, "cancelled");
	return fail(fetch, code,
	    task_check(&fetch->call->task) == TOMO_ETIMEOUT
		? "the call's deadline is over"
		: "no answer within timeout_ms");
}

/* ---- hops ---- */

static void
on_end(struct curl_transfer *transfer)
{
	struct fetch *fetch = transfer->arg;

	task_wake(&fetch->call->task, 0);
}

/* Waits for the end of the transfer, at most as long as there is time. */
static int
wait_for_end(struct fetch *fetch)
{
	int64_t left_ms = -1;

	if (fetch->end_ms != 0) {
		left_ms = fetch->end_ms - clock_ms();
		if (left_ms <= 0)
			return TOMO_ETIMEOUT;
	}
	return task_wait(&fetch->call->task, left_ms);
}

/* Asks once; the transfer stays open. */
static int
ask(struct fetch *fetch)
{
	struct fetch_request *request = &fetch->request;
	struct curl_transfer *transfer = &fetch->transfer;
	int code;

	curl_transfer_close(transfer);
	if (curl_transfer_open(transfer, fetch->loop, on_end, fetch) < 0)
		return fail(fetch, TOMO_ENOMEM, "no memory");
	code = fetch_request_apply(request, transfer->easy);
	if (code < 0)
		return fail(
		    fetch, code, "the request is too large for libcurl");
	fetch_answer_begin(&fetch->answer, request->curl, transfer->easy,
	    request->ask.max_size);
	if (curl_transfer_start(transfer) < 0)
		return fail(fetch, TOMO_ENOMEM, "no memory");
	code = wait_for_end(fetch);
	if (code < 0)
		return wait_failed(fetch, code);
	return transfer->code == CURLE_OK ? 0 : transfer_failed(fetch);
}

/* Asks until an answer is no redirect. */
static int
follow(struct fetch *fetch, struct tomo_reply *reply)
{
	struct fetch_request *request = &fetch->request;
	struct error err;
	const char *location;
	char *url;
	long status;
	int code;

	while ((code = ask(fetch)) == 0) {
		status = fetch_answer_status(&fetch->answer);
		location = fetch_answer_location(&fetch->answer);
		if (location == NULL || !fetch_request_follows(request, status))
			break;
		code = fetch_request_redirect(request, status, location, &err);
		if (code < 0)
			return fail(fetch, code, err.text);
	}
	if (code < 0)
		return code;
	url = fetch_url_without_user(request->curl, request->url);
	code = fetch_answer_reply(&fetch->answer, fetch->call, url, reply);
	free(url);
	return code == 0 ? 0 : fail(fetch, code, "no memory");
}

/* When there is no more time: 0 is never. */
static int64_t
end_of(int64_t timeout_ms)
{
	const int64_t now_ms = clock_ms();

	if (timeout_ms == TOMO_NO_TIMEOUT || timeout_ms > INT64_MAX - now_ms)
		return 0;
	return now_ms + timeout_ms;
}

static int
run(struct fetch *fetch, const struct tomo_fetch *given,
    struct tomo_reply *reply)
{
	struct fetch_request *request = &fetch->request;
	struct error err;
	int code;

	code = fetch_request_init(
	    request, curl_loop_library(fetch->loop), given, &err);
	if (code < 0)
		return call_fail(fetch->call, code, "fetch: %s", err.text);
	fetch->end_ms = end_of(request->ask.timeout_ms);
	return follow(fetch, reply);
}

int
tomo_fetch(struct tomo_call *call, const struct tomo_fetch *given,
    struct tomo_reply *reply)
{
	struct fetch fetch = { .call = call };
	int code = task_check(&call->task);

	if (code < 0)
		return call_fail(call, code, "fetch: %s",
		    code == TOMO_ECANCELLED ? "cancelled"
					    : "the call's deadline is over");
	if (reply == NULL || reply->size < offsetof(struct tomo_reply, headers))
		return call_fail(
		    call, TOMO_EINVAL, "fetch: the reply's size is not set");
	code = net_curl(call, &fetch.loop);
	if (code == 0)
		code = run(&fetch, given, reply);
	curl_transfer_close(&fetch.transfer);
	fetch_answer_clear(&fetch.answer);
	fetch_request_clear(&fetch.request);
	return code;
}

/* ---- replies ---- */

const char *
tomo_reply_header(const struct tomo_reply *reply, const char *name)
{
	const struct tomo_header *header = reply->headers;

	for (; header != NULL && header->name != NULL; header++)
		if (ascii_casecmp(header->name, name) == 0)
			return header->value;
	return NULL;
}

struct json_t *
tomo_reply_json(struct tomo_call *call, const struct tomo_reply *reply)
{
	if (reply->body.data == NULL) {
		call_fail(call, TOMO_EINVAL, "reply: no body");
		return NULL;
	}
	return json_body_read(call, reply->body, "reply");
}
