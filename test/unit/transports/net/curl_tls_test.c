#include "transports/net/curl_loop.h"

#include <netinet/in.h>
#include <pthread.h>

#include "test/unit/runtime/loop/job.h"
#include "test/unit/transports/net/tls_link.h"

#define KEY_UPDATES 300

/* A peer that puts key updates before its answer. */
struct updating {
	pthread_t thread;
	SSL_CTX *ctx;
	int listener;
	uint16_t port;
};

struct download {
	struct curl_transfer transfer;
	char got[100];
	size_t len;
	bool ended;
};

/* ---- the peer ---- */

static void
send_answer(SSL *ssl, int fd)
{
	static const char text[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	BIO *out = BIO_new(BIO_s_mem());
	char *bytes;
	long len;

	/* All at once, so that the client has it all to read. */
	SSL_set0_wbio(ssl, out);
	for (int i = 0; i < KEY_UPDATES; i++) {
		SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
		SSL_do_handshake(ssl);
	}
	SSL_write(ssl, text, sizeof(text) - 1);
	len = BIO_get_mem_data(out, &bytes);
	(void)!send(fd, bytes, (size_t)len, MSG_NOSIGNAL);
}

static void *
run_peer(void *arg)
{
	struct updating *peer = arg;
	SSL *ssl = SSL_new(peer->ctx);
	const int fd = accept(peer->listener, NULL, NULL);
	char request[1024];

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof(request)) > 0)
		send_answer(ssl, fd);
	/* Until the client has gone. */
	while (recv(fd, request, sizeof(request), 0) > 0)
		;
	SSL_free(ssl);
	close(fd);
	return NULL;
}

static void
start_peer(struct updating *peer)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer->ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_use_certificate_chain_file(peer->ctx, certfile);
	SSL_CTX_use_PrivateKey_file(peer->ctx, keyfile, SSL_FILETYPE_PEM);
	peer->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(peer->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(peer->listener, 1), 0);
	getsockname(peer->listener, (struct sockaddr *)&address, &len);
	peer->port = ntohs(address.sin_port);
	pthread_create(&peer->thread, NULL, run_peer, peer);
}

static void
stop_peer(struct updating *peer)
{
	pthread_join(peer->thread, NULL);
	SSL_CTX_free(peer->ctx);
	close(peer->listener);
}

/* ---- the transfer ---- */

static size_t
on_data(char *bytes, size_t one, size_t len, void *arg)
{
	struct download *download = arg;

	(void)one;
	assert_true(download->len + len < sizeof(download->got));
	memcpy(download->got + download->len, bytes, len);
	download->len += len;
	return len;
}

static void
on_download_end(struct curl_transfer *transfer)
{
	struct download *download = transfer->arg;

	download->ended = true;
}

static void
begin(
    struct download *download, struct curl_loop *transfers, unsigned short port)
{
	const struct curl_library *curl = curl_loop_library(transfers);
	struct curl_transfer *transfer = &download->transfer;
	char url[64];

	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", (int)port);
	assert_int_equal(
	    curl_transfer_open(transfer, transfers, on_download_end, download),
	    0);
	curl->easy_setopt(transfer->easy, CURLOPT_URL, url);
	curl->easy_setopt(transfer->easy, CURLOPT_PROXY, "");
	curl->easy_setopt(transfer->easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl->easy_setopt(transfer->easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl->easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_data);
	curl->easy_setopt(transfer->easy, CURLOPT_WRITEDATA, download);
	assert_int_equal(curl_transfer_start(transfer), 0);
}

/* ---- tests ---- */

static void
a_peer_that_sends_key_updates_leaves_the_others_their_turn(void **state)
{
	struct curl_loop *transfers;
	struct updating peer;
	struct download download = { .len = 0 };
	int passes = 0;

	assert_int_equal(set_up(state), 0);
	transfers = curl_loop_new(loop, curl_library_open(NULL), NULL);
	assert_non_null(transfers);
	start_peer(&peer);
	begin(&download, transfers, peer.port);
	for (; !download.ended; passes++)
		loop_pass(loop, true);
	assert_int_equal(download.transfer.code, CURLE_OK);
	assert_string_equal(download.got, "hello");
	assert_true(passes > KEY_UPDATES);
	curl_transfer_close(&download.transfer);
	curl_loop_free(transfers);
	stop_peer(&peer);
	tear_down(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_peer_that_sends_key_updates_leaves_the_others_their_turn),
	};

	return cmocka_run_group_tests(
	    tests, make_certificate, remove_certificate);
}
