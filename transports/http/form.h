/* The form in a request's body, read once and kept in the call. */
#ifndef TRANSPORTS_HTTP_FORM_H
#define TRANSPORTS_HTTP_FORM_H

#include <stddef.h>

#include <tomodachi/http_form.h>

struct http_request;

/* Text fields; and files, each in a multipart body. */
#define FORM_FIELDS 1000

struct form_field {
	const char *name, *value;
};

struct http_form {
	int code;        /* 0, or why it cannot be read */
	const char *why; /* in words, if code is not 0 */
	struct form_field *fields;
	size_t nfields, fields_room;
	struct tomo_http_upload *uploads;
	size_t nuploads, uploads_room;
	size_t text; /* bytes of names and values so far */
};

/*
 * The form of the request; NULL when there is no memory.  Suspends while a
 * thread reads a body of more than 1 MiB.
 */
const struct http_form *form_of(struct http_request *request);

#endif
