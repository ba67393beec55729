#include "transports/net/curl_loop.h"

#include <assert.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "runtime/base/alloc.h"
#include "runtime/loop/loop.h"
#include "transports/net/openssl.h"

/* Easy handles that wait for their next transfer, some kilobytes each. */
#define IDLE_HANDLES 64

/* Connections that wait for their next transfer, to all peers together. */
#define IDLE_CONNECTIONS 256L

struct curl_loop {
	const struct curl_library *curl;
	const struct openssl *openssl; /* NULL: libcurl's is another */
	struct loop *loop;
	CURLM *multi;
	struct event timer;
	bool inside; /* libcurl, whose callbacks may not call it again */
	bool has_ca_file;
	CURL *idle[IDLE_HANDLES];
	size_t nidle;
};

/* A socket that libcurl wants to hear of. */
struct watch {
	struct event event;
	struct curl_loop *loop;
};

/* ---- events ---- */

/*
 * Ends what libcurl says has ended.  Handles are removed here only, outside its
 * callbacks.
 */
static void
collect(struct curl_loop *loop)
{
	const struct curl_library *curl = loop->curl;
	CURLMsg *message;
	int left;

	while ((message = curl->multi_info_read(loop->multi, &left)) != NULL) {
		struct curl_transfer *transfer = NULL;
		const CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl->easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, &transfer);
		/* From here on the message is gone. */
		curl->multi_remove_handle(loop->multi, transfer->easy);
		transfer->is_running = false;
		transfer->code = code;
		transfer->on_end(transfer);
	}
}

static void
act(struct curl_loop *loop, curl_socket_t fd, int what)
{
	int running;

	loop->inside = true;
	loop->curl->multi_socket_action(loop->multi, fd, what, &running);
	loop->inside = false;
	collect(loop);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct watch *watch = arg;

	/* The watch may be gone after this. */
	act(watch->loop, fd,
	    (what & EV_READ ? CURL_CSELECT_IN : 0) |
		(what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* ---- callbacks of libcurl ---- */

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *assigned)
{
	struct curl_loop *loop = arg;
	struct watch *watch = assigned;
	const short events = (short)(EV_PERSIST |
	    (what & CURL_POLL_IN ? EV_READ : 0) |
	    (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)easy;
	if (watch != NULL)
		event_del(&watch->event);
	if (what == CURL_POLL_REMOVE) {
		free(watch);
		return 0;
	}
	if (watch == NULL) {
		watch = xcalloc(1, sizeof(*watch));
		watch->loop = loop;
		loop->curl->multi_assign(loop->multi, fd, watch);
	}
	event_assign(
	    &watch->event, loop_base(loop->loop), fd, events, on_ready, watch);
	/* What cannot be watched ends by its time-out; -1 would end them all. */
	event_add(&watch->event, NULL);
	return 0;
}

static int
on_timeout(CURLM *multi, long timeout_ms, void *arg)
{
	struct curl_loop *loop = arg;
	const struct timeval tv = { timeout_ms / 1000,
		timeout_ms % 1000 * 1000 };

	(void)multi;
	if (timeout_ms < 0)
		event_del(&loop->timer);
	else
		event_add(&loop->timer, &tv);
	return 0;
}

static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)arg;
	(void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static CURLcode
on_tls(CURL *easy, void *ctx, void *arg)
{
	const struct curl_loop *loop = arg;

	(void)easy;
	/* Else one call takes all the key updates that a peer has sent. */
	loop->openssl->SSL_CTX_ctrl(
	    ctx, SSL_CTRL_CLEAR_MODE, SSL_MODE_AUTO_RETRY, NULL);
	return CURLE_OK;
}

/* ---- transfers ---- */

static void
set_defaults(struct curl_transfer *transfer)
{
	const struct curl_loop *loop = transfer->loop;
	const struct curl_library *curl = loop->curl;
	CURL *easy = transfer->easy;

	curl->easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->text);
	curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl->easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl->easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	/* Else an abort waits for the thread that looks up a name. */
	curl->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	if (loop->openssl != NULL) {
		curl->easy_setopt(easy, CURLOPT_SSL_CTX_DATA, loop);
		curl->easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
	}
	/* Certificates are kept in memory only if they come from one file. */
	if (loop->has_ca_file)
		curl->easy_setopt(easy, CURLOPT_CAPATH, NULL);
}

int
curl_transfer_open(struct curl_transfer *transfer, struct curl_loop *loop,
    void (*on_end)(struct curl_transfer *transfer), void *arg)
{
	transfer->easy = loop->nidle > 0 ? loop->idle[--loop->nidle]
					 : loop->curl->easy_init();
	if (transfer->easy == NULL)
		return -1;
	transfer->loop = loop;
	transfer->on_end = on_end;
	transfer->arg = arg;
	transfer->is_running = false;
	set_defaults(transfer);
	return 0;
}

int
curl_transfer_start(struct curl_transfer *transfer)
{
	struct curl_loop *loop = transfer->loop;

	assert(!loop->inside && !transfer->is_running);
	transfer->text[0] = '\0';
	if (loop->curl->multi_add_handle(loop->multi, transfer->easy) !=
	    CURLM_OK)
		return -1;
	transfer->is_running = true;
	return 0;
}

void
curl_transfer_close(struct curl_transfer *transfer)
{
	struct curl_loop *loop = transfer->loop;

	if (transfer->easy == NULL)
		return;
	assert(!loop->inside);
	if (transfer->is_running)
		loop->curl->multi_remove_handle(loop->multi, transfer->easy);
	transfer->is_running = false;
	if (loop->nidle < IDLE_HANDLES) {
		/* Nothing of this transfer may reach the next. */
		loop->curl->easy_reset(transfer->easy);
		loop->idle[loop->nidle++] = transfer->easy;
	} else {
		loop->curl->easy_cleanup(transfer->easy);
	}
	transfer->easy = NULL;
}

/* ---- lifetime ---- */

const struct curl_library *
curl_loop_library(const struct curl_loop *loop)
{
	return loop->curl;
}

struct curl_loop *
curl_loop_new(
    struct loop *base, const struct curl_library *curl, struct error *err)
{
	struct curl_loop *loop = xcalloc(1, sizeof(*loop));
	const curl_version_info_data *info = curl->version_info(
	    CURLVERSION_NOW);

	loop->loop = base;
	loop->curl = curl;
	loop->has_ca_file = info->cainfo != NULL;
	if (openssl_is(info->ssl_version))
		loop->openssl = openssl_open(NULL);
	loop->multi = curl->multi_init();
	if (loop->multi == NULL) {
		error_set(err, "libcurl: no memory");
		free(loop);
		return NULL;
	}
	evtimer_assign(&loop->timer, loop_base(base), on_timer, loop);
	curl->multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl->multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	curl->multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl->multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
	curl->multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, IDLE_CONNECTIONS);
	return loop;
}

void
curl_loop_free(struct curl_loop *loop)
{
	if (loop == NULL)
		return;
	while (loop->nidle > 0)
		loop->curl->easy_cleanup(loop->idle[--loop->nidle]);
	loop->curl->multi_cleanup(loop->multi);
	event_del(&loop->timer);
	free(loop);
}
