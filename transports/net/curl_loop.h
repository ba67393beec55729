/*
 * Transfers of libcurl on a loop, by its multi interface: sockets and the timer
 * are events of libevent, so nothing blocks.  Connections, names and TLS
 * certificates are kept for the next transfer.  Loop thread only.
 */
#ifndef TRANSPORTS_NET_CURL_LOOP_H
#define TRANSPORTS_NET_CURL_LOOP_H

#include <stdbool.h>

#include "transports/net/curl_library.h"

struct curl_loop;
struct loop;

/* What curl_library_open() gave stays the caller's to know. */
struct curl_loop *curl_loop_new(
    struct loop *loop, const struct curl_library *curl, struct error *err);

/* Closes the connections that are idle.  No transfer may be open. */
void curl_loop_free(struct curl_loop *loop);

const struct curl_library *curl_loop_library(const struct curl_loop *loop);

/* One transfer at a time, or several after one another.  The owner's memory. */
struct curl_transfer {
	struct curl_loop *loop;
	CURL *easy;

	/*
	 * On the loop's stack, never from within libcurl, when the transfer has
	 * ended by itself.  May start and close transfers, this one too.
	 */
	void (*on_end)(struct curl_transfer *transfer);
	void *arg;
	bool is_running;
	CURLcode code;              /* how it ended */
	char text[CURL_ERROR_SIZE]; /* libcurl's words on a failure, or "" */
};

/*
 * Gets an easy handle, whose defaults are: HTTP/1.1 by http or https, no
 * signals, no redirects, sockets that children do not inherit.  Its owner sets
 * more by curl->easy_setopt(), but not CURLOPT_PRIVATE nor CURLOPT_ERRORBUFFER.
 * Returns 0, or -1 when there is no memory.
 */
int curl_transfer_open(struct curl_transfer *transfer, struct curl_loop *loop,
    void (*on_end)(struct curl_transfer *transfer), void *arg);

/* Starts it; nothing happens on the caller's stack.  0, or -1: no memory. */
int curl_transfer_start(struct curl_transfer *transfer);

/*
 * Aborts it if it runs (on_end is not called then) and gives the handle back.
 * Not from within a callback of libcurl.
 */
void curl_transfer_close(struct curl_transfer *transfer);

#endif
