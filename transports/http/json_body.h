/* Bodies that are JSON; large ones are read, and freed, on a thread. */
#ifndef TRANSPORTS_HTTP_JSON_BODY_H
#define TRANSPORTS_HTTP_JSON_BODY_H

#include <stddef.h>

#include <jansson.h>

#include <tomodachi/abi.h>

struct service;

/*
 * Reads text, which must stay as it is meanwhile.  Suspends if it is large.
 * Returns a new reference, or NULL with what: and the reason in tomo_error().
 */
json_t *json_body_read(
    struct tomo_call *call, struct tomo_bytes text, const char *what);

/* Gives back a value that was read from so many bytes. */
void json_body_release(struct service *service, json_t *json, size_t size);

#endif
