#include "transports/net/curl_loop.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/unit/runtime/loop/job.h"
#include "test/unit/transports/net/answering.h"

#define MANY 32

static const struct curl_library *curl;
static struct curl_loop *transfers;

/* ---- transfers that tests make ---- */

struct download {
	struct curl_transfer transfer;
	struct answering *peer;
	char got[256];
	size_t len;
	bool ended;
	struct download *then; /* started by this one's end */
};

static size_t
on_data(char *data, size_t one, size_t len, void *arg)
{
	struct download *download = arg;

	(void)one;
	assert_true(download->len + len < sizeof(download->got));
	memcpy(download->got + download->len, data, len);
	download->len += len;
	return len;
}

static void begin(struct download *download);

static void
on_download_end(struct curl_transfer *transfer)
{
	struct download *download = transfer->arg;

	assert_false(transfer->is_running);
	download->ended = true;
	if (download->then != NULL)
		begin(download->then);
}

static void
begin(struct download *download)
{
	struct curl_transfer *transfer = &download->transfer;
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/",
	    (int)download->peer->port);
	assert_int_equal(
	    curl_transfer_open(transfer, transfers, on_download_end, download),
	    0);
	curl->easy_setopt(transfer->easy, CURLOPT_URL, url);
	curl->easy_setopt(transfer->easy, CURLOPT_PROXY, "");
	curl->easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_data);
	curl->easy_setopt(transfer->easy, CURLOPT_WRITEDATA, download);
	assert_int_equal(curl_transfer_start(transfer), 0);
}

static void
run_download(struct download *download)
{
	begin(download);
	while (!download->ended)
		loop_pass(loop, true);
}

static void
assert_ok(const struct download *download)
{
	assert_int_equal(download->transfer.code, CURLE_OK);
	assert_string_equal(download->got, "hello");
}

static int
set_up_curl(void **state)
{
	if (set_up(state) < 0)
		return -1;
	curl = curl_library_open(NULL);
	transfers = curl_loop_new(loop, curl, NULL);
	return transfers == NULL ? -1 : 0;
}

static int
tear_down_curl(void **state)
{
	curl_loop_free(transfers);
	return tear_down(state);
}

/* ---- tests ---- */

static void
brings_an_answer_by_the_loop(void **state)
{
	struct answering peer;
	struct download download = { .peer = &peer };

	(void)state;
	answering_start(&peer, 0);
	run_download(&download);
	assert_ok(&download);
	assert_string_equal(download.transfer.text, "");
	curl_transfer_close(&download.transfer);
	answering_stop(&peer);
}

static void
keeps_handles_and_connections_for_the_next(void **state)
{
	struct answering peer;
	CURL *first = NULL;

	(void)state;
	answering_start(&peer, 0);
	for (int i = 0; i < 5; i++) {
		struct download download = { .peer = &peer };

		run_download(&download);
		assert_ok(&download);
		if (first == NULL)
			first = download.transfer.easy;
		assert_ptr_equal(download.transfer.easy, first);
		curl_transfer_close(&download.transfer);
	}
	assert_int_equal(answering_stop(&peer), 1);
}

static void
runs_many_side_by_side(void **state)
{
	struct answering peer;
	struct download downloads[MANY];

	(void)state;
	answering_start(&peer, 0);
	memset(downloads, 0, sizeof(downloads));
	for (int i = 0; i < MANY; i++) {
		downloads[i].peer = &peer;
		begin(&downloads[i]);
	}
	for (int i = 0; i < MANY; i++) {
		while (!downloads[i].ended)
			loop_pass(loop, true);
		assert_ok(&downloads[i]);
		curl_transfer_close(&downloads[i].transfer);
	}
	answering_stop(&peer);
}

static void
nothing_happens_before_the_loop_runs(void **state)
{
	struct answering peer;
	struct download download = { .peer = &peer };

	(void)state;
	answering_start(&peer, 0);
	begin(&download);
	assert_true(download.transfer.is_running);
	curl_transfer_close(&download.transfer);
	assert_null(download.transfer.easy);
	assert_false(download.ended);
	assert_int_equal(answering_stop(&peer), 0);
}

static void
an_end_may_start_the_next(void **state)
{
	struct answering peer;
	struct download second = { .peer = &peer };
	struct download first = { .peer = &peer, .then = &second };

	(void)state;
	answering_start(&peer, 0);
	run_download(&first);
	while (!second.ended)
		loop_pass(loop, true);
	assert_ok(&first);
	assert_ok(&second);
	curl_transfer_close(&first.transfer);
	curl_transfer_close(&second.transfer);
	assert_int_equal(answering_stop(&peer), 1);
}

static void
an_abort_in_the_middle_closes_the_connection(void **state)
{
	struct answering peer;
	struct download download = { .peer = &peer };

	(void)state;
	answering_start(&peer, ANSWERING_HALF);
	begin(&download);
	while (download.len == 0)
		loop_pass(loop, true);
	assert_false(download.ended);
	curl_transfer_close(&download.transfer);
	/* The peer's thread ends when its connection does. */
	assert_int_equal(answering_stop(&peer), 1);
}

static void
a_refused_connection_is_told(void **state)
{
	struct answering peer;
	struct download download = { .peer = &peer };

	(void)state;
	answering_start(&peer, 0);
	answering_stop(&peer);
	run_download(&download);
	assert_int_equal(download.transfer.code, CURLE_COULDNT_CONNECT);
	assert_non_null(strstr(download.transfer.text, "127.0.0.1"));
	curl_transfer_close(&download.transfer);
}

static void
a_transfer_time_out_ends_by_the_timer(void **state)
{
	struct answering peer;
	struct download download = { .peer = &peer };

	(void)state;
	answering_start(&peer, ANSWERING_HALF);
	begin(&download);
	curl->easy_setopt(download.transfer.easy, CURLOPT_TIMEOUT_MS, 30L);
	while (!download.ended)
		loop_pass(loop, true);
	assert_int_equal(download.transfer.code, CURLE_OPERATION_TIMEDOUT);
	curl_transfer_close(&download.transfer);
	answering_stop(&peer);
}

static void
other_protocols_are_refused(void **state)
{
	struct answering peer;
	struct download download = { .peer = &peer };

	(void)state;
	answering_start(&peer, 0);
	begin(&download);
	curl->easy_setopt(
	    download.transfer.easy, CURLOPT_URL, "file:///etc/hostname");
	while (!download.ended)
		loop_pass(loop, true);
	assert_int_equal(download.transfer.code, CURLE_UNSUPPORTED_PROTOCOL);
	curl_transfer_close(&download.transfer);
	answering_stop(&peer);
}

static void
nothing_of_a_transfer_reaches_the_next(void **state)
{
	struct answering peer;
	struct download secret = { .peer = &peer }, plain = { .peer = &peer };

	(void)state;
	answering_start(&peer, 0);
	begin(&secret);
	curl->easy_setopt(secret.transfer.easy, CURLOPT_USERPWD, "joe:secret");
	while (!secret.ended)
		loop_pass(loop, true);
	assert_non_null(strstr(peer.request, "Authorization: Basic"));
	curl_transfer_close(&secret.transfer);
	run_download(&plain);
	assert_null(strstr(peer.request, "Authorization"));
	curl_transfer_close(&plain.transfer);
	answering_stop(&peer);
}

#define CURL_TEST(f) \
	cmocka_unit_test_setup_teardown(f, set_up_curl, tear_down_curl)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CURL_TEST(brings_an_answer_by_the_loop),
		CURL_TEST(keeps_handles_and_connections_for_the_next),
		CURL_TEST(runs_many_side_by_side),
		CURL_TEST(nothing_happens_before_the_loop_runs),
		CURL_TEST(an_end_may_start_the_next),
		CURL_TEST(an_abort_in_the_middle_closes_the_connection),
		CURL_TEST(a_refused_connection_is_told),
		CURL_TEST(a_transfer_time_out_ends_by_the_timer),
		CURL_TEST(other_protocols_are_refused),
		CURL_TEST(nothing_of_a_transfer_reaches_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
