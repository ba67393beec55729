/*
 * Asking other servers by HTTP/1.1 (RFC 9110, RFC 9112).  On any call: handler,
 * hook, task.
 *
 *	struct tomo_reply reply = { .size = sizeof(reply) };
 *	int code = tomo_fetch(call, TOMO_FETCH(.url = url), &reply);
 */
#ifndef TOMODACHI_HTTP_CLIENT_H
#define TOMODACHI_HTTP_CLIENT_H

#include <tomodachi/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_t;

/* A header field; in a list for ever these two words. */
struct tomo_header {
	const char *name; /* NULL ends a list */
	const char *value;
};

/* For time-outs, which are else never endless. */
#define TOMO_NO_TIMEOUT (-1)
/* For max_redirects: the 3xx itself is the answer. */
#define TOMO_NO_REDIRECTS (-1)

/*
 * What to ask.  Only size and url must be set; zero means the default.  All is
 * borrowed until tomo_fetch() has returned.
 */
struct tomo_fetch {
	size_t size;
	const char *url;    /* http://... or https://...; "user:password@" in it
	                       becomes Basic authorization */
	const char *method; /* "GET"; "POST" when there is a body */
	/*
	 * Ended by a NULL name.  Content-Length, Transfer-Encoding, Connection,
	 * Keep-Alive and Expect are the runner's; Host, User-Agent, Accept and
	 * Accept-Encoding are instead of its own.
	 */
	const struct tomo_header *headers;
	struct tomo_bytes body;
	const struct json_t *json;  /* a body, sent as application/json */
	int64_t timeout_ms;         /* of all together; 0: 30 s */
	int64_t connect_timeout_ms; /* until connected, with TLS; 0: 10 s */
	uint64_t max_size;          /* of the answer's body in bytes, decoded;
	                               0: 16 MiB */
	/*
	 * 0: 10.  A redirect repeats method and body, but a 303 is followed by
	 * GET (or HEAD), a 301 or 302 after POST by GET.  Authorization,
	 * Cookie, Host and the certificate of cert_file are not sent on to
	 * another scheme, host or port; ca_file and insecure hold there too.
	 */
	int32_t max_redirects;
	uint32_t no_compression; /* 1: asks for no gzip, brotli or zstd */
	const char *ca_file;     /* PEM; instead of the system's authorities */
	const char *cert_file;   /* PEM; who we are, if the peer asks */
	const char *key_file;    /* PEM; its key, unless in cert_file */
	uint32_t insecure;       /* 1: whoever the peer is; never in production */
	uint32_t reserved;
};

/* What came back; set size before.  All belongs to the call. */
struct tomo_reply {
	size_t size;
	int32_t status;
	uint32_t nheaders;
	const struct tomo_header *headers; /* in order, ended by a NULL name */
	struct tomo_bytes body;            /* decoded; a NUL follows it */
	const char *url;                   /* that answered; no password in it */
};

/*
 * Sends the request and waits for the whole answer.  Suspends.  Connections are
 * kept for the next request to the same peer, up to 256 idle ones a worker.  A
 * proxy is taken from the environment, as curl does (http_proxy, HTTPS_PROXY,
 * ALL_PROXY, NO_PROXY).
 *
 * Returns 0 and fills *reply, whatever the status; else *reply is as before
 * and tomo_error() says why:
 *
 *	TOMO_EINVAL       url, method, a header or a file makes no sense
 *	TOMO_EUNAVAILABLE no such host, no connection, a TLS certificate that is
 *	                  not trusted: the peer has not seen the request
 *	TOMO_ECLOSED      the connection broke before the answer was whole: the
 *	                  peer may have acted on the request
 *	TOMO_ETIMEOUT     one of the two times, or the call's deadline, is over
 *	TOMO_ECANCELLED   the call was
 *	TOMO_ETOOBIG      body past max_size, or 256 KiB of headers
 *	TOMO_EPROTOCOL    no HTTP, a wrong encoding, too many redirects
 *	TOMO_ENOMEM
 *
 * Since ABI 1.
 */
TOMO_API int tomo_fetch(struct tomo_call *call,
    const struct tomo_fetch *request, struct tomo_reply *reply);

/* The first header of that name, in any case; or NULL.  Since ABI 1. */
TOMO_API const char *tomo_reply_header(const struct tomo_reply *reply,
    const char *name);

/*
 * The body as JSON, whatever its Content-Type, of at most 100 levels.  Suspends
 * if it is large: a thread reads it then.  Returns a new reference that the caller releases with json_decref(), or NULL with
 * line, column and reason in tomo_error().  Since ABI 1.
 */
TOMO_API struct json_t *tomo_reply_json(struct tomo_call *call,
    const struct tomo_reply *reply);

#ifdef __cplusplus
}

namespace tomo {

/* A request with its size; set further fields on it. */
constexpr struct tomo_fetch
fetch(const char *url)
{
	struct tomo_fetch request {};

	request.size = sizeof(request);
	request.url = url;
	return request;
}

constexpr struct tomo_reply
reply()
{
	struct tomo_reply reply {};

	reply.size = sizeof(reply);
	return reply;
}

}
#else

/* The request as a pointer, for a call of tomo_fetch(). */
#define TOMO_FETCH(...) \
	(&(const struct tomo_fetch) { \
		.size = sizeof(struct tomo_fetch), __VA_ARGS__ })

/* TOMO_HEADERS({ "Accept", "text/csv" }, { "X-Request-Id", id }) */
#define TOMO_HEADERS(...) \
	((const struct tomo_header[]) { __VA_ARGS__, { NULL, NULL } })

#endif
#endif
