/*
 * OpenSSL, opened by what first needs it: linked, it would cost every start
 * some milliseconds, whether there is TLS or not.
 *
 * Its functions are called through a table: lib->SSL_read(...).  What its
 * headers define as a macro over other functions (SSL_CTX_set_mode) is spelled
 * out.  To use one more function is to add it to a list.
 */
#ifndef TRANSPORTS_NET_OPENSSL_H
#define TRANSPORTS_NET_OPENSSL_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>

#include "runtime/base/error.h"

#define OPENSSL_CRYPTO_FUNCTIONS(X) \
	X(ERR_clear_error) \
	X(ERR_get_error) \
	X(ERR_peek_error) \
	X(ERR_reason_error_string)

#define OPENSSL_SSL_FUNCTIONS(X) \
	X(SSL_CTX_ctrl) \
	X(SSL_CTX_free) \
	X(SSL_CTX_get_security_level) \
	X(SSL_CTX_new) \
	X(SSL_CTX_set_alpn_select_cb) \
	X(SSL_CTX_set_cipher_list) \
	X(SSL_CTX_set_default_passwd_cb) \
	X(SSL_CTX_set_default_passwd_cb_userdata) \
	X(SSL_CTX_set_options) \
	X(SSL_CTX_set_security_level) \
	X(SSL_CTX_use_PrivateKey_file) \
	X(SSL_CTX_use_certificate_chain_file) \
	X(SSL_free) \
	X(SSL_get_error) \
	X(SSL_get_ex_data) \
	X(SSL_is_init_finished) \
	X(SSL_new) \
	X(SSL_read) \
	X(SSL_select_next_proto) \
	X(SSL_set_accept_state) \
	X(SSL_set_ex_data) \
	X(SSL_set_fd) \
	X(SSL_set_info_callback) \
	X(SSL_shutdown) \
	X(SSL_want) \
	X(SSL_write) \
	X(TLS_server_method)

struct openssl {
#define OPENSSL_FIELD(function) __typeof__(function) *function;
	OPENSSL_CRYPTO_FUNCTIONS(OPENSSL_FIELD)
	OPENSSL_SSL_FUNCTIONS(OPENSSL_FIELD)
#undef OPENSSL_FIELD
};

/*
 * Opens libssl and libcrypto, the first time; they stay open.  Returns the
 * table, or NULL with the reason in *err.  Loop thread only.
 */
const struct openssl *openssl_open(struct error *err);

/*
 * Whether a library that says it uses "OpenSSL/3.0.19" means the one that
 * openssl_open() opens.  NULL is none.
 */
bool openssl_is(const char *version);

/*
 * Why the last call failed, in OpenSSL's words; forgets it.  Borrowed until the
 * next call.
 */
const char *openssl_reason(const struct openssl *lib);

#endif
