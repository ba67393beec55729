#include "transports/net/tls.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "runtime/base/alloc.h"
#include "transports/net/openssl.h"

/*
 * For TLS 1.2: ephemeral keys and authenticated ciphers, which every client of
 * the last ten years has.  Those of TLS 1.3 are all fine.
 */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"
#define SECURITY_LEVEL 2

/* What one call encrypts at most: the others want their turn. */
#define SEND_MAX ((size_t)256 * 1024)

/*
 * Key updates and the like without a byte of data between them.  Each costs us
 * more than the peer; who has keys to renew has data to send.
 */
#define IDLE_MESSAGES_MAX 32

struct tls_context {
	SSL_CTX *ctx;
	bool asked_for_password;
};

struct tls {
	SSL *ssl; /* NULL until the peer has said something */
	struct tls_context *context;
	const char *reason; /* of the failure, or NULL */
	int fd;
	int failure; /* errno of what broke it: nothing more may be sent */
	unsigned idle_messages; /* of TLS itself, since data came */
	bool established : 1;
	bool wants_write : 1;
};

/* Set before anything else here exists. */
static const struct openssl *lib;

/* ---- the context ---- */

/* Whoever starts a server is not there to type one. */
static int
on_password(char *buf, int size, int is_new, void *arg)
{
	struct tls_context *context = arg;

	(void)buf;
	(void)size;
	(void)is_new;
	context->asked_for_password = true;
	return -1;
}

/* A client that offers only what we do not speak is told so. */
static int
on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *offered, unsigned len, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1\x08http/1.0";
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (lib->SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1,
		offered, len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* What the system's openssl.cnf asks for is made stricter, never laxer. */
static void
set_floor(SSL_CTX *ctx)
{
	const long lowest = lib->SSL_CTX_ctrl(
	    ctx, SSL_CTRL_GET_MIN_PROTO_VERSION, 0, NULL);

	if (lowest < TLS1_2_VERSION)
		lib->SSL_CTX_ctrl(
		    ctx, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, NULL);
	if (lib->SSL_CTX_get_security_level(ctx) < SECURITY_LEVEL)
		lib->SSL_CTX_set_security_level(ctx, SECURITY_LEVEL);
}

static int
configure(struct tls_context *context, struct error *err)
{
	SSL_CTX *ctx = context->ctx;

	set_floor(ctx);
	/* A missing end is no attack: HTTP knows how long its messages are. */
	lib->SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		SSL_OP_IGNORE_UNEXPECTED_EOF);
	lib->SSL_CTX_ctrl(ctx, SSL_CTRL_MODE,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS,
	    NULL);
	/* Else one call takes all the key updates that have come. */
	lib->SSL_CTX_ctrl(ctx, SSL_CTRL_CLEAR_MODE, SSL_MODE_AUTO_RETRY, NULL);
	/* Clients keep their sessions, in tickets. */
	lib->SSL_CTX_ctrl(
	    ctx, SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF, NULL);
	lib->SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
	lib->SSL_CTX_set_default_passwd_cb(ctx, on_password);
	lib->SSL_CTX_set_default_passwd_cb_userdata(ctx, context);
	if (lib->SSL_CTX_set_cipher_list(ctx, CIPHERS) != 1)
		return error_set(
		    err, "cannot set up TLS: %s", openssl_reason(lib));
	return 0;
}

/* Why OpenSSL does not take the key file. */
static const char *
key_reason(const struct tls_context *context)
{
	const unsigned long code = lib->ERR_peek_error();

	if (!context->asked_for_password &&
	    ERR_GET_REASON(code) != ERR_R_UNSUPPORTED)
		return openssl_reason(lib);
	lib->ERR_clear_error();
	return context->asked_for_password
	    ? "is encrypted, want one without a password"
	    : "holds no private key in PEM";
}

static int
use_files(struct tls_context *context, const char *certfile,
    const char *keyfile, struct error *err)
{
	SSL_CTX *ctx = context->ctx;

	if (lib->SSL_CTX_use_certificate_chain_file(ctx, certfile) != 1)
		return error_set(
		    err, "certificate %s: %s", certfile, openssl_reason(lib));
	/* Fails as well if it is not the certificate's. */
	if (lib->SSL_CTX_use_PrivateKey_file(ctx, keyfile, SSL_FILETYPE_PEM) !=
	    1)
		return error_set(
		    err, "key %s: %s", keyfile, key_reason(context));
	return 0;
}

struct tls_context *
tls_context_new(const char *certfile, const char *keyfile, struct error *err)
{
	struct tls_context *context;

	lib = openssl_open(err);
	if (lib == NULL)
		return NULL;
	context = xcalloc(1, sizeof(*context));
	lib->ERR_clear_error();
	context->ctx = lib->SSL_CTX_new(lib->TLS_server_method());
	if (context->ctx == NULL) {
		error_set(err, "cannot set up TLS: %s", openssl_reason(lib));
		goto fail;
	}
	if (configure(context, err) < 0 ||
	    use_files(context, certfile, keyfile, err) < 0)
		goto fail;
	return context;

fail:
	tls_context_free(context);
	return NULL;
}

void
tls_context_free(struct tls_context *context)
{
	if (context == NULL)
		return;
	lib->SSL_CTX_free(context->ctx);
	free(context);
}

/* ---- a connection ---- */

struct tls *
tls_new(struct tls_context *context, int fd)
{
	struct tls *tls = xcalloc(1, sizeof(*tls));

	tls->context = context;
	tls->fd = fd;
	return tls;
}

void
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	if (tls->ssl != NULL)
		lib->SSL_free(tls->ssl);
	free(tls);
}

static size_t
min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static ssize_t
fail(struct tls *tls, int code, const char *reason)
{
	tls->failure = code;
	tls->reason = reason;
	errno = code;
	return -1;
}

static void
on_state(const SSL *ssl, int where, int ret)
{
	struct tls *tls = lib->SSL_get_ex_data(ssl, 0);

	(void)ret;
	if (where == SSL_CB_ACCEPT_LOOP && tls->established)
		tls->idle_messages++;
}

/*
 * The first byte tells: TLS begins with a record's type, HTTP with a letter.
 * Until then a connection that says nothing costs next to nothing.
 */
static ssize_t
begin(struct tls *tls)
{
	unsigned char first;
	const ssize_t got = recv(tls->fd, &first, 1, MSG_PEEK);

	if (got <= 0)
		return got;
	if (first >= 'A' && first <= 'Z')
		return fail(tls, EPROTOTYPE, "plain HTTP");
	lib->ERR_clear_error();
	tls->ssl = lib->SSL_new(tls->context->ctx);
	if (tls->ssl == NULL || lib->SSL_set_fd(tls->ssl, tls->fd) != 1)
		return fail(tls, ENOMEM, openssl_reason(lib));
	lib->SSL_set_ex_data(tls->ssl, 0, tls);
	lib->SSL_set_info_callback(tls->ssl, on_state);
	lib->SSL_set_accept_state(tls->ssl);
	return 1;
}

/* What a call means that returned result, as recv() and send() would put it. */
static ssize_t
verdict(struct tls *tls, int result)
{
	const int code = errno;

	switch (lib->SSL_get_error(tls->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		return code != 0 ? fail(tls, code, strerror(code))
				 : fail(tls, ECONNRESET, NULL);
	default:
		return fail(tls, EPROTO, openssl_reason(lib));
	}
}

ssize_t
tls_recv(struct tls *tls, void *data, size_t size)
{
	ssize_t got;
	int count;

	assert(size >= TLS_RECORD_MAX);
	tls->wants_write = false;
	if (tls->failure != 0) {
		errno = tls->failure;
		return -1;
	}
	if (tls->ssl == NULL && (got = begin(tls)) <= 0)
		return got;
	lib->ERR_clear_error();
	errno = 0;
	/* OpenSSL takes no more from the socket than this one record. */
	count = lib->SSL_read(tls->ssl, data, (int)min_size(size, INT_MAX));
	got = count > 0 ? count : verdict(tls, count);
	if (count > 0)
		tls->idle_messages = 0;
	else if (tls->idle_messages > IDLE_MESSAGES_MAX)
		got = fail(tls, EPROTO, "too many key updates");
	tls->wants_write = count <= 0 && lib->SSL_want(tls->ssl) == SSL_WRITING;
	if (!tls->established && lib->SSL_is_init_finished(tls->ssl))
		tls->established = true;
	return got;
}

ssize_t
tls_send(struct tls *tls, const void *data, size_t len)
{
	const char *bytes = data;
	size_t put = 0;

	if (!tls->established) {
		errno = ENOTCONN;
		return -1;
	}
	len = min_size(len, SEND_MAX);
	while (put < len && tls->failure == 0) {
		int count;

		lib->ERR_clear_error();
		errno = 0;
		/* A record of at most 16 KiB. */
		count = lib->SSL_write(tls->ssl, bytes + put, (int)(len - put));
		if (count <= 0 && verdict(tls, count) == 0)
			fail(tls, EPIPE, strerror(EPIPE));
		if (count <= 0)
			break;
		put += (size_t)count;
	}
	if (put > 0)
		return (ssize_t)put;
	errno = tls->failure != 0 ? tls->failure : EAGAIN;
	return len > 0 ? -1 : 0;
}

bool
tls_wants_write(const struct tls *tls)
{
	return tls->wants_write;
}

void
tls_end(struct tls *tls)
{
	if (!tls->established || tls->failure != 0)
		return;
	lib->ERR_clear_error();
	lib->SSL_shutdown(tls->ssl);
	lib->ERR_clear_error();
}

const char *
tls_handshake_error(const struct tls *tls)
{
	if (tls->established || (tls->ssl == NULL && tls->failure == 0))
		return NULL;
	return tls->reason != NULL ? tls->reason : "not completed";
}
