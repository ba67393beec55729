/*
 * What one access record of twelve fields costs in JSON, and with a flush to
 * /dev/null after every 64 records.
 */
#include <stdio.h>
#include <stdlib.h>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"

#define ROUNDS 40000
#define BATCH 64

static void
add_access(struct log_stream *stream, int number)
{
	const struct tomo_log_field fields[] = {
		TOMO_LOG_INT("status_code", 200),
		TOMO_LOG_STR("remote_ip", "192.168.10.25"),
		TOMO_LOG_STR("auth_user", NULL),
		TOMO_LOG_STR("request_method", "GET"),
		TOMO_LOG_STR("request_path", "/orders/4711/lines"),
		TOMO_LOG_STR("request_query_string", "page=2&per_page=50"),
		TOMO_LOG_STR("http_version", "1.1"),
		TOMO_LOG_INT("response_content_length", 1283 + number),
		TOMO_LOG_INT("request_content_length", 0),
		TOMO_LOG_STR("user_agent",
		    "Mozilla/5.0 (X11; Linux x86_64; "
		    "rv:128.0) Gecko/20100101 Firefox/128.0"),
		TOMO_LOG_FLOAT("handler_elapsed_time", (41733 + number) / 1e9),
		TOMO_LOG_FLOAT("request_time", (58012 + number) / 1e9),
		{ .key = NULL },
	};

	log_stream_add(stream, "tomodachi.http.response", TOMO_LOG_INFO,
	    "GET /orders/4711/lines", fields);
}

static int
compare(const void *a, const void *b)
{
	const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

/* The batches least and midway disturbed by what else the machine does. */
static void
print_times(const char *what, int64_t *times)
{
	qsort(times, ROUNDS, sizeof(times[0]), compare);
	printf("%s: %.0f ns a record, at best %.0f\n", what,
	    (double)times[ROUNDS / 2] / BATCH, (double)times[0] / BATCH);
}

int
main(void)
{
	static int64_t adding[ROUNDS], flushing[ROUNDS];
	struct error err;
	struct log_stream *stream = log_stream_file("/dev/null", &err);

	if (stream == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return EXIT_FAILURE;
	}
	for (int round = 0; round < ROUNDS; round++) {
		const int64_t start = clock_ns();

		for (int i = 0; i < BATCH; i++)
			add_access(stream, i);
		adding[round] = clock_ns() - start;
		log_stream_flush(stream);
		flushing[round] = clock_ns() - start;
	}
	log_stream_free(stream);
	print_times("added", adding);
	print_times("added and flushed", flushing);
	return EXIT_SUCCESS;
}
