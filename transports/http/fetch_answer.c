#include "transports/http/fetch_answer.h"

#include <stdlib.h>
#include <string.h>

#include <tomodachi/call.h>

#include "runtime/base/ascii.h"

/* All heads together, those of 1xx too. */
#define MAX_HEADERS ((size_t)256 * 1024)

/* The least that the body's memory grows by. */
#define STEP ((size_t)16 * 1024)

/* ---- what libcurl hands over ---- */

static int
grow(struct fetch_answer *answer, size_t more)
{
	const size_t need = answer->size + more;
	size_t room = answer->room < STEP ? STEP : answer->room * 2;
	char *body;

	if (need <= answer->room)
		return 0;
	if (room < need)
		room = need;
	body = realloc(answer->body, room);
	if (body == NULL)
		return -1;
	answer->body = body;
	answer->room = room;
	return 0;
}

/* How much the peer says will come, or 0. */
static uint64_t
announced(const struct fetch_answer *answer)
{
	curl_off_t length = -1;

	answer->curl->easy_getinfo(
	    answer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	return length > 0 ? (uint64_t)length : 0;
}

/* A return of something else than len breaks the transfer off. */
static size_t
on_body(char *data, size_t one, size_t len, void *arg)
{
	struct fetch_answer *answer = arg;

	(void)one;
	if (len > answer->max_size - answer->size ||
	    (answer->size == 0 && announced(answer) > answer->max_size)) {
		answer->failure = TOMO_ETOOBIG;
		return 0;
	}
	if (grow(answer, len) < 0) {
		answer->failure = TOMO_ENOMEM;
		return 0;
	}
	memcpy(answer->body + answer->size, data, len);
	answer->size += len;
	return len;
}

/* libcurl keeps them itself; here they are only counted. */
static size_t
on_header(char *data, size_t one, size_t len, void *arg)
{
	struct fetch_answer *answer = arg;

	(void)data;
	(void)one;
	answer->header_bytes += len;
	if (answer->header_bytes <= MAX_HEADERS)
		return len;
	answer->failure = TOMO_ETOOBIG;
	return 0;
}

void
fetch_answer_begin(struct fetch_answer *answer, const struct curl_library *curl,
    CURL *easy, uint64_t max_size)
{
	answer->curl = curl;
	answer->easy = easy;
	answer->max_size = max_size < SIZE_MAX / 4 ? max_size : SIZE_MAX / 4;
	answer->size = answer->header_bytes = 0;
	answer->failure = 0;
	curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl->easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl->easy_setopt(easy, CURLOPT_HEADERDATA, answer);
}

void
fetch_answer_clear(struct fetch_answer *answer)
{
	free(answer->body);
	answer->body = NULL;
	answer->size = answer->room = 0;
}

/* ---- the whole answer ---- */

static struct curl_header *
next_header(const struct fetch_answer *answer, struct curl_header *previous)
{
	return answer->curl->easy_nextheader(
	    answer->easy, CURLH_HEADER, -1, previous);
}

long
fetch_answer_status(const struct fetch_answer *answer)
{
	long status = 0;

	answer->curl->easy_getinfo(
	    answer->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

const char *
fetch_answer_location(const struct fetch_answer *answer)
{
	struct curl_header *header = NULL;

	while ((header = next_header(answer, header)) != NULL)
		if (ascii_casecmp(header->name, "Location") == 0)
			return header->value;
	return NULL;
}

/* libcurl 7.88 leaves a CR as the value of an empty one. */
static char *
copy_value(struct tomo_call *call, const char *value)
{
	size_t len = strlen(value);

	while (len > 0 && strchr(" \t\r\n", value[len - 1]) != NULL)
		len--;
	return tomo_printf(call, "%.*s", (int)len, value);
}

/* A list in the call's memory; NULL when there is none. */
static const struct tomo_header *
copy_headers(
    const struct fetch_answer *answer, struct tomo_call *call, uint32_t *count)
{
	struct tomo_header *list;
	struct curl_header *header = NULL;
	uint32_t i = 0;

	while ((header = next_header(answer, header)) != NULL)
		i++;
	list = tomo_alloc(call, (i + (size_t)1) * sizeof(*list));
	*count = i;
	for (i = 0; list != NULL && i < *count; i++) {
		header = next_header(answer, header);
		list[i].name = tomo_strdup(call, header->name);
		list[i].value = copy_value(call, header->value);
		if (list[i].name == NULL || list[i].value == NULL)
			return NULL;
	}
	return list;
}

static const char *
copy_body(const struct fetch_answer *answer, struct tomo_call *call)
{
	char *copy = tomo_alloc(call, answer->size + 1);

	if (copy != NULL && answer->size > 0)
		memcpy(copy, answer->body, answer->size);
	return copy;
}

int
fetch_answer_reply(const struct fetch_answer *answer, struct tomo_call *call,
    const char *url, struct tomo_reply *reply)
{
	const size_t known = reply->size < sizeof(*reply) ? reply->size
							  : sizeof(*reply);
	struct tomo_reply mine = { .size = reply->size };

	mine.status = (int32_t)fetch_answer_status(answer);
	mine.headers = copy_headers(answer, call, &mine.nheaders);
	mine.body.data = copy_body(answer, call);
	mine.body.size = answer->size;
	mine.url = url != NULL ? tomo_strdup(call, url) : NULL;
	if (mine.headers == NULL || mine.body.data == NULL || mine.url == NULL)
		return TOMO_ENOMEM;
	memcpy(reply, &mine, known);
	return 0;
}
