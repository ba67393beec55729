/* The function of http_send.h that sends a file. */
#include <tomodachi/http_send.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/buffer.h"
#include "runtime/service/call.h"
#include "transports/http/answer.h"
#include "transports/http/file_answer.h"
#include "transports/http/mime.h"
#include "transports/http/request.h"

/*
 * Opens a regular file; of a FIFO or device not even that much is waited for.
 * Returns its descriptor, or the code of the failure.
 */
static int
open_file(struct tomo_call *call, const char *path, struct stat *stat)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const int failure = errno;

	if (fd < 0 && failure != ENOENT && failure != ENOTDIR)
		return call_fail(
		    call, TOMO_ESYSTEM, "%s: %s", path, strerror(failure));
	if (fd >= 0 && fstat(fd, stat) == 0 && S_ISREG(stat->st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	return call_fail(call, TOMO_ENOTFOUND, "%s: no such file", path);
}

/* Characters that need no encoding in an extended value (RFC 8187). */
static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("!#$&+-.^_`|~", c) != NULL);
}

/* Both forms of RFC 6266: one that all clients read, one that says it all. */
static int
set_disposition(struct tomo_call *call, const char *name)
{
	struct buffer text = { 0 };
	int code;

	buffer_add_text(&text, "attachment; filename=\"");
	for (const char *at = name; *at != '\0'; at++)
		buffer_add(&text, is_plain(*at) || *at == ' ' ? at : "_", 1);
	buffer_add_text(&text, "\"; filename*=UTF-8''");
	for (const char *at = name; *at != '\0'; at++)
		if (is_plain(*at))
			buffer_add(&text, at, 1);
		else
			buffer_printf(&text, "%%%02X", (unsigned char)*at);
	buffer_add(&text, "", 1);
	code = tomo_http_set_header(
	    call, "Content-Disposition", buffer_data(&text));
	buffer_clear(&text);
	return code;
}

int
tomo_http_send_file(struct tomo_call *call, const char *path,
    const struct tomo_http_file *theirs)
{
	struct tomo_http_file file = { 0 };
	struct http_request *request;
	struct stat stat;
	const char *type;
	int code = answer_open(call, 200, &request, __func__);
	int fd;

	if (code < 0)
		return code;
	if (path == NULL)
		return call_fail(
		    call, TOMO_EINVAL, "tomo_http_send_file: no path");
	if (theirs != NULL)
		memcpy(&file, theirs,
		    theirs->size < sizeof(file) ? theirs->size : sizeof(file));
	fd = open_file(call, path, &stat);
	if (fd < 0)
		return fd;
	type = file.type != NULL ? file.type : mime_type(path);
	code = tomo_http_set_header(call, "Content-Type", type);
	if (code == 0 && file.download_name != NULL)
		code = set_disposition(call, file.download_name);
	if (code < 0) {
		close(fd);
		return code;
	}
	return file_answer(
	    request, fd, &stat, request->response.type, CODING_IDENTITY);
}
