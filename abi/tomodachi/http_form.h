/*
 * Forms and uploads: urlencoded (WHATWG URL) and multipart (RFC 7578); and
 * bodies that are read while they come.
 */
#ifndef TOMODACHI_HTTP_FORM_H
#define TOMODACHI_HTTP_FORM_H

#include <tomodachi/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The first value of a text field, decoded; or NULL: there is none, or the body
 * is no form that can be read, which tomo_error() then explains.  Since ABI 1.
 */
TOMO_API const char *tomo_http_form(struct tomo_call *call, const char *name);

/*
 * The text field with this index, in order.  Returns 1; 0 past the end;
 * TOMO_EINVAL (Content-Type is neither application/x-www-form-urlencoded nor
 * multipart/form-data, or the body is malformed); TOMO_ETOOBIG (more than 1,000
 * fields, or text over http.max_form_size); TOMO_ENOMEM; TOMO_EKIND.  *name and
 * *value are changed by 1 only.
 *
 * Of a body of more than 1 MiB the first function here that is called suspends
 * while a thread reads it; TOMO_ETIMEOUT or TOMO_ECANCELLED if the call has no
 * time for that.  Since ABI 1.
 */
TOMO_API int tomo_http_form_at(struct tomo_call *call, size_t index,
    const char **name, const char **value);

/* A file of a multipart form.  Owned by the call, as all it points to. */
struct tomo_http_upload {
	const char *name;     /* of the field */
	const char *filename; /* as the client says, without folders */
	const char *type;     /* Content-Type; "text/plain" if none was sent */
	struct tomo_bytes content; /* large ones are mapped from a file */
};

/*
 * The first file of that name, or NULL: there is none, or tomo_error() explains.
 * A file input that was left empty (no filename, no content) is none.
 * Since ABI 1.
 */
TOMO_API const struct tomo_http_upload *tomo_http_file(
    struct tomo_call *call, const char *name);

/* The file with this index, in order; returns as tomo_http_form_at().
 * Since ABI 1. */
TOMO_API int tomo_http_file_at(struct tomo_call *call, size_t index,
    const struct tomo_http_upload **upload);

/*
 * Writes the content to a new file at path, readable by this user alone, on a
 * thread of the pool.  Suspends.  path must not come from the client as it is.
 * Returns 0, or TOMO_ESYSTEM (it exists already, disk full; no file is left
 * then), TOMO_ETIMEOUT, TOMO_ECANCELLED, TOMO_EINVAL.  Since ABI 1.
 */
TOMO_API int tomo_http_upload_save(struct tomo_call *call,
    const struct tomo_http_upload *upload, const char *path);

/*
 * Reads on in the body of a row with .stream_body = 1, whose handler starts once
 * the headers are there.  Suspends until there is something; the first call
 * answers "Expect: 100-continue".  While 64 KiB wait to be read, no more is
 * received.
 *
 * Returns 1 with some bytes, valid until the next call; 0 at the end;
 * TOMO_ECLOSED, the peer went away before; TOMO_ETOOBIG, past .max_size or
 * http.client_max_size; TOMO_ETIMEOUT, slower than http.body_timeout allows, or
 * the deadline is over; TOMO_EPROTOCOL, a bad chunk; TOMO_ECANCELLED;
 * TOMO_EINVAL, a row without .stream_body, or another task than the handler's
 * own.  A handler that returns the code has the right status sent: 400, 408 or
 * 413.  Since ABI 1.
 */
TOMO_API int tomo_http_read(struct tomo_call *call, struct tomo_bytes *bytes);

#ifdef __cplusplus
}
#endif
#endif
