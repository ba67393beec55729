/* What comes back on a fetch, gathered within its bounds. */
#ifndef TRANSPORTS_HTTP_FETCH_ANSWER_H
#define TRANSPORTS_HTTP_FETCH_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include <tomodachi/http_client.h>

#include "transports/net/curl_library.h"

struct fetch_answer {
	const struct curl_library *curl;
	CURL *easy;
	uint64_t max_size; /* of the body */
	char *body;
	size_t size, room;
	size_t header_bytes;
	int failure; /* TOMO_ETOOBIG or TOMO_ENOMEM: why it was broken off */
};

/* Gathers what easy receives, from nothing on.  To be cleared. */
void fetch_answer_begin(struct fetch_answer *answer,
    const struct curl_library *curl, CURL *easy, uint64_t max_size);
void fetch_answer_clear(struct fetch_answer *answer);

/* Its status, and the value of Location or NULL; both of libcurl. */
long fetch_answer_status(const struct fetch_answer *answer);
const char *fetch_answer_location(const struct fetch_answer *answer);

/* Copies it into the call's memory; 0, or TOMO_ENOMEM. */
int fetch_answer_reply(const struct fetch_answer *answer,
    struct tomo_call *call, const char *url, struct tomo_reply *reply);

#endif
