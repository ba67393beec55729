/*
 * Answers that are longer than memory should be: files, streams, server-sent
 * events.
 */
#ifndef TOMODACHI_HTTP_SEND_H
#define TOMODACHI_HTTP_SEND_H

#include <tomodachi/abi.h>
#include <tomodachi/call.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a file is sent; zero is the usual way. */
struct tomo_http_file {
	size_t size;
	const char *type;          /* NULL: by the ending of the path */
	const char *download_name; /* UTF-8: the client is to save it so */
};

/*
 * Answers with the file at path, relative to the working folder, instead of
 * any answer before.  It is opened now (a slow disk holds the loop) and sent
 * after the handler has returned; of one that changes meanwhile goes out what
 * there is, and if it becomes too short the connection is closed.  file may be
 * NULL; all is copied.
 *
 * Sets ETag, Last-Modified and Accept-Ranges.  A GET or HEAD may so become a
 * 206, 304, 412 or 416 (RFC 9110 13 and 14).  Returns 0, TOMO_ENOTFOUND (there
 * is no regular file), TOMO_ESYSTEM, TOMO_EINVAL or TOMO_ENOMEM.  Since ABI 1.
 */
TOMO_API int tomo_http_send_file(struct tomo_call *call, const char *path,
    const struct tomo_http_file *file);

#ifdef __cplusplus
}
#endif
#endif
