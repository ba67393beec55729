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
	int32_t status;            /* 0: 200 */
	int32_t reserved;
};

/*
 * Answers with the file at path, relative to the working folder, instead of
 * any answer before.  It is opened now (a slow disk holds the loop) and sent
 * after the handler has returned; of one that changes meanwhile goes out what
 * there is, and if it becomes too short the connection is closed.  file may be
 * NULL; all is copied.
 *
 * Sets ETag, Last-Modified and Accept-Ranges.  A GET or HEAD may so become a
 * 206, 304, 412 or 416 (RFC 9110 13 and 14).  With a .status other than 200, as
 * for an error page, there is none of all this.  Returns 0, TOMO_ENOTFOUND (there is
 * no regular file: a handler that returns the code has a 404 sent), TOMO_ESYSTEM,
 * TOMO_EINVAL or TOMO_ENOMEM.  Since ABI 1.
 */
TOMO_API int tomo_http_send_file(struct tomo_call *call, const char *path,
    const struct tomo_http_file *file);

/*
 * Answers with a body that tomo_http_write() sends piece by piece, while the
 * handler goes on; type as for tomo_http_bytes().  The first write sends
 * status and headers; from then on no other answer or header can be set
 * (TOMO_EINVAL).  The body ends with the handler.  If that fails, the
 * connection is closed in a way that shows that something is missing.
 * Returns 0, TOMO_EINVAL (or a status without content) or TOMO_ENOMEM.  Since
 * ABI 1.
 */
TOMO_API int tomo_http_stream(
    struct tomo_call *call, int status, const char *type);

/*
 * Sends bytes of a stream, or with none of them the head alone; they are
 * copied.  Suspends while more than the http.send_buffer option (bytes) waits
 * to be sent, and now and then to let others run.  What is written before the
 * handler first waits goes out when it does.
 *
 * Returns 0; TOMO_ECLOSED once the client reads no more, because it is gone or
 * has asked for the head alone (HEAD); TOMO_ETIMEOUT or TOMO_ECANCELLED; or
 * TOMO_EINVAL, without tomo_http_stream() or from a task that the handler has
 * spawned: only the handler writes.  Since ABI 1.
 */
TOMO_API int tomo_http_write(struct tomo_call *call, struct tomo_bytes bytes);

/*
 * Sends a server-sent event; without tomo_http_stream() before it begins one
 * of text/event-stream, Cache-Control: no-cache if none was set.  name and id
 * may be NULL and have no line ends; data may have several lines.  With data
 * NULL goes out a comment, which keeps what is in between from closing an idle
 * connection.
 * Suspends and returns as tomo_http_write().  Since ABI 1.
 */
TOMO_API int tomo_http_event(
    struct tomo_call *call, const char *name, const char *data, const char *id);

#ifdef __cplusplus
}
#endif
#endif
