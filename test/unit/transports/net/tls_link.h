/* Both ends of a TLS connection: the server's is ours, the client OpenSSL. */
#ifndef TEST_UNIT_TRANSPORTS_NET_TLS_LINK_H
#define TEST_UNIT_TRANSPORTS_NET_TLS_LINK_H

#include "transports/net/tls.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

struct link {
	struct tls_context *context;
	struct tls *server;
	SSL_CTX *ctx;
	SSL *client;
	int fds[2]; /* the server's, the client's */
};

static char tmp[] = "/tmp/tls_test-XXXXXX";
static char certfile[100], keyfile[100];
static char data[TLS_RECORD_MAX];

/* ---- files ---- */

static const char make_files[] =
    "cd '%s' && openssl req -x509 -newkey ec -pkeyopt"
    " ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    " -keyout key.pem -out cert.pem >/dev/null 2>&1";

static inline int
make_certificate(void **state)
{
	char command[400];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (mkdtemp(tmp) == NULL)
		return -1;
	snprintf(certfile, sizeof(certfile), "%s/cert.pem", tmp);
	snprintf(keyfile, sizeof(keyfile), "%s/key.pem", tmp);
	snprintf(command, sizeof(command), make_files, tmp);
	return system(command);
}

static inline int
remove_certificate(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", tmp);
	return system(command);
}

/* ---- links ---- */

static inline void
open_link(struct link *link)
{
	struct error err;

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, link->fds), 0);
	link->context = tls_context_new(certfile, keyfile, &err);
	assert_non_null(link->context);
	link->server = tls_new(link->context, link->fds[0]);
	link->ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_security_level(link->ctx, 0);
	link->client = SSL_new(link->ctx);
	SSL_set_mode(link->client,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_set_fd(link->client, link->fds[1]);
	SSL_set_connect_state(link->client);
}

static inline void
close_link(struct link *link)
{
	tls_free(link->server);
	tls_context_free(link->context);
	SSL_free(link->client);
	SSL_CTX_free(link->ctx);
	close(link->fds[0]);
	close(link->fds[1]);
}

/* Both by turns, as long as the server has nothing to say. */
static inline ssize_t
shake_hands(struct link *link)
{
	ssize_t got = -1;

	for (int turn = 0; turn < 10; turn++) {
		SSL_do_handshake(link->client);
		got = tls_recv(link->server, data, sizeof(data));
		if (got >= 0 || errno != EAGAIN)
			return got;
	}
	return got;
}

static inline void
connect_link(struct link *link)
{
	open_link(link);
	assert_int_equal(shake_hands(link), -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(SSL_is_init_finished(link->client));
	assert_null(tls_handshake_error(link->server));
}

#endif
