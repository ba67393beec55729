/* What the public functions that answer a request have in common. */
#ifndef TRANSPORTS_HTTP_ANSWER_H
#define TRANSPORTS_HTTP_ANSWER_H

#include <stddef.h>

struct http_request;
struct tomo_call;

/*
 * The request of the call, if it can be answered with that status.  Returns 0,
 * or TOMO_EKIND or TOMO_EINVAL with the reason in tomo_error(): a stream that
 * is on its way stays the answer.
 */
int answer_open(struct tomo_call *call, int status,
    struct http_request **request, const char *function);

/*
 * Answers with a body that is in the arena already, or constant, instead of any
 * answer before.  type NULL: that of a header, or http.content_type.
 */
void answer_set(struct http_request *request, int status, const char *body,
    size_t len, const char *type);

/* The two halves of it, for what sets headers in between. */
void answer_drop(struct http_request *request);
void answer_fill(struct http_request *request, int status, const char *body,
    size_t len, const char *type);

/* As tomo_http_set_header(), for a header that goes with the answer. */
int answer_header(struct tomo_call *call, const char *name, const char *value);

#endif
