/*
 * A whole connection: arbitrary bytes, cut at arbitrary places, must get the
 * same answers as the same bytes at once, and then an end.
 */
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tomodachi.h>

#include "runtime/base/buffer.h"
#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/loop/loop.h"
#include "runtime/service/host.h"
#include "runtime/service/module.h"
#include "runtime/service/service.h"
#include "runtime/service/transport.h"
#include "transports/all.h"
#include "transports/http/connection.h"
#include "transports/http/http.h"
#include "transports/http/server.h"

/* No answer takes more passes of the loop. */
#define PASSES_MAX 20000

static struct loop *loop;
static struct service *service;
static bool is_ready;

/* ---- the service ---- */

static int
echo(struct tomo_call *call)
{
	return tomo_http_bytes(call, 200, tomo_http_body(call), NULL);
}

/* All a form, a cookie and a query can say. */
static int
form(struct tomo_call *call)
{
	const struct tomo_http_upload *upload;
	const char *name, *value, *text = "";
	const char *cookie = tomo_http_cookie(call, "a");

	for (size_t i = 0; tomo_http_query_at(call, i, &name, &value) == 1; i++)
		text = tomo_printf(call, "%s %s=%s", text, name, value);
	for (size_t i = 0; tomo_http_form_at(call, i, &name, &value) == 1; i++)
		text = tomo_printf(call, "%s %s:%s", text, name, value);
	for (size_t i = 0; tomo_http_file_at(call, i, &upload) == 1; i++)
		text = tomo_printf(
		    call, "%s %s@%s", text, upload->name, upload->filename);
	if (cookie != NULL)
		tomo_http_set_cookie(call, "b", cookie, NULL);
	return tomo_http_textf(call, 200, "%s %s", text, tomo_error(call));
}

static int
read_all(struct tomo_call *call)
{
	struct tomo_bytes bytes;
	uint32_t sum = 0;
	int code;

	while ((code = tomo_http_read(call, &bytes)) == 1)
		for (size_t i = 0; i < bytes.size; i++)
			sum = sum * 31 + ((const uint8_t *)bytes.data)[i];
	return code < 0 ? code : tomo_http_textf(call, 200, "%u", sum);
}

static int
ignore(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "ignored");
}

static int
yield(struct tomo_call *call)
{
	tomo_sleep(call, 0);
	return tomo_http_text(call, 200, "yielded");
}

static int
not_found(struct tomo_call *call)
{
	tomo_sleep(call, 0);
	return tomo_http_text(call, 404, "no such thing");
}

static const struct tomo_handler rows[] = { TOMO_HTTP("*", "/", echo),
	TOMO_HTTP("*", "/form", form),
	TOMO_HTTP("*", "/read", read_all, .stream_body = 1, .max_size = 999),
	TOMO_HTTP("POST", "/skip", ignore, .stream_body = 1),
	TOMO_HTTP("GET", "/yield/{id}", yield), TOMO_HTTP_ERROR(404, not_found),
	{ .kind = 0 } };

static const struct tomo_service descriptor = {
	.size = sizeof(descriptor),
	.abi = TOMO_ABI,
	.name = "fuzz",
	.options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 60),
	    TOMO_OPTION_STRING("http.client_max_size", "4K"),
	    TOMO_OPTION_STRING("http.body_memory_size", "1K"),
	    TOMO_OPTION_BOOL("http.access_log", 0)),
	.handlers = rows,
};

/* ---- its host ---- */

static int
host_listen(struct host *host, const struct listen_request *request, int *fd,
    uint16_t *port, struct error *err)
{
	(void)host;
	(void)request;
	(void)err;
	/* Nobody connects to it. */
	*fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	*port = 1;
	return listen(*fd, 1);
}

static void
host_named(struct host *host, struct service *named)
{
	(void)host;
	(void)named;
}

static void
host_ready(struct host *host)
{
	(void)host;
	service_open(service, 0);
	is_ready = true;
}

static void
host_exit(struct host *host, int code)
{
	(void)host;
	(void)code;
	abort();
}

static void
host_ended(struct host *host, int code, const char *line)
{
	(void)code;
	(void)line;
	host_exit(host, 0);
}

static const struct transport *const http_alone[] = { &http_transport, NULL };

static void
start(void)
{
	static struct host host = { host_listen, host_named, host_ready,
		host_exit, host_ended };
	struct error err;

	log_setup(LOG_DISABLED, TOMO_LOG_ERROR);
	transports = http_alone;
	loop = loop_new(262144, &err);
	service = service_new(loop, &host, module_from(&descriptor, &err),
	    options_new(all_option_tables), "a-uuid", 0);
	service_start(service);
	for (int i = 0; i < 100; i++)
		loop_pass(loop, false);
	if (!is_ready)
		abort();
}

/* ---- one connection ---- */

static void
take_answers(int fd, struct buffer *out)
{
	ssize_t got;

	do {
		got = recv(fd, buffer_reserve(out, 65536), 65536, MSG_DONTWAIT);
		if (got > 0)
			buffer_added(out, (size_t)got);
	} while (got > 0);
}

/* Sends data in pieces of step bytes, and an end; all answers. */
static struct buffer
talk(const uint8_t *data, size_t len, size_t step)
{
	struct http_server *server = *service_data(service, &http_transport);
	const struct in6_addr peer = { 0 };
	struct buffer out = { 0 };
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0)
		abort();
	connection_new(server, fds[0], &peer);
	for (size_t at = 0; at < len; at += step) {
		/* The server may have closed already. */
		send(fds[1], data + at, len - at < step ? len - at : step,
		    MSG_NOSIGNAL);
		loop_pass(loop, false);
		take_answers(fds[1], &out);
	}
	shutdown(fds[1], SHUT_WR);
	for (int i = 0; server->connections > 0 || service->ncalls > 0; i++) {
		if (i > PASSES_MAX)
			abort();
		loop_pass(loop, false);
		take_answers(fds[1], &out);
	}
	take_answers(fds[1], &out);
	close(fds[1]);
	buffer_add(&out, "", 1);
	return out;
}

/* What may differ: the second, and whether a client had to be told to send. */
static void
mask(struct buffer *out)
{
	static const char told[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const size_t told_len = sizeof(told) - 1;
	char *end = buffer_data(out) + buffer_len(out), *at;

	for (at = buffer_data(out);
	     (at = memmem(at, (size_t)(end - at), "\r\nDate: ", 8)) != NULL;
	     at += 8)
		if (end - at > 37)
			memset(at + 8, 'x', 29);
	while ((at = memmem(buffer_data(out), buffer_len(out), told,
		    told_len)) != NULL) {
		end = buffer_data(out) + buffer_len(out);
		memmove(at, at + told_len, (size_t)(end - at) - told_len);
		out->end -= told_len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer whole, cut;

	if (loop == NULL)
		start();
	if (size < 2 || size > 32768)
		return 0;
	whole = talk(data + 1, size - 1, size);
	cut = talk(data + 1, size - 1, (size_t)data[0] % 64 + 1);
	mask(&whole);
	mask(&cut);
	if (buffer_len(&whole) != buffer_len(&cut) ||
	    memcmp(buffer_data(&whole), buffer_data(&cut),
		buffer_len(&whole)) != 0) {
		write(2, buffer_data(&whole), buffer_len(&whole));
		write(2, buffer_data(&cut), buffer_len(&cut));
		abort();
	}
	buffer_clear(&whole);
	buffer_clear(&cut);
	return 0;
}
